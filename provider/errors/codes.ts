/**
 * Every message that a user sees ends with one of these codes. docs/troubleshooting.md has the cause and the remedy of each. A code keeps
 * its meaning: it is never reused for something else.
 */
export const codes = {
  DGC101: "The endpoint cannot be used",
  DGC102: "No credentials are set",
  DGC103: "The log-in was refused",
  DGC104: "The token in the settings cannot be sent",
  DGC105: "The session or the token was not accepted",
  DGC106: "The settings name another account",
  DGC107: "The token does not tell its account",
  DGC108: "The state was written by a newer version",
  DGC109: "The package is not installed for the folder of the program",

  DGC201: "No connection",
  DGC202: "Too many requests",
  DGC203: "The answer was lost or cannot be read",
  DGC204: "The answer is null",
  DGC205: "The service answered with errors",
  DGC206: "The answer has an unexpected shape",
  DGC207: "The address answers with an HTTP error",
  DGC208: "The service names a host to which no token is sent",
  DGC209: "A wait has reached its limit",
  DGC210: "The engine is gone",
  DGC211: "The proxy cannot be used",
  DGC212: "The run was cancelled",

  DGC301: "The account has no such backend",
  DGC302: "A young backend is missing from the list",
  DGC303: "The lists of backends disagree",
  DGC304: "deletionProtection is on",
  DGC305: "Two resources stand for one backend",
  DGC306: "Two Backends of a program cannot be told apart",
  DGC307: "There is such a backend already",
  DGC308: "adoptUid names a backend of this stack",
  DGC309: "adoptUid names no backend of the account",
  DGC310: "The backend to take over differs",
  DGC311: "Several new backends could be the one",
  DGC312: "The answer to a create was lost",

  DGC401: "The target of a restore is not dedicated",
  DGC402: "There are no backups",
  DGC403: "There is no such backup",
  DGC404: "The backups cannot be listed",
  DGC405: "The restore failed",
  DGC406: "The answer to a restore was lost",
  DGC407: "The engine of the backend has forgotten the restore",
  DGC408: "resumeRestoreId names the restore of a resource",
  DGC409: "resumeRestoreId is left from an earlier restore",
  DGC410: "Another restore is in progress",
  DGC411: "The backend knows an endless number of restores",
  DGC412: "Waiting for other restores and drops took too long",
  DGC413: "notAfter has passed",
  DGC414: "The answer to a drop was lost",
  DGC415: "confirm is not the name of the backend",
  DGC416: "An action cannot be looked up",
  DGC417: "The outcome of another action on the backend is unknown",
  DGC418: "The record of an action on a protected backend",
  DGC421: "The backend does not store what is to be dropped",
  DGC422: "Whether the names of a drop are stored cannot be looked up",

  DGC501: "It is not clear which backend is meant",
  DGC502: "Several backends have the name",
  DGC503: "The settings are not known in a preview",
  DGC504: "The mocks of a unit test give no list",

  DGC601: "There is no such property",
  DGC602: "A required property is missing",
  DGC603: "A value is not allowed",
  DGC604: "Properties exclude each other, or one of them is needed",
  DGC605: "A value is not known",

  DGC701: "The schema cannot be used",
  DGC702: "A change of the schema needs consent",
  DGC703: "Dgraph would refuse a change of the schema",
  DGC704: "A schema was applied by half and taken back",
  DGC705: "A schema was applied by half and could not be taken back",
  DGC706: "Another schema is live",
  DGC707: "Two GraphqlSchemas for one backend",
  DGC708: "The predicates differ from the schema",

  DGC801: "Another cluster answers",
  DGC802: "An input does not exist for this connection",
  DGC803: "A resource does not exist for this connection",
  DGC804: "A drop resets access control",
  DGC805: "The cluster refused the log-in",
  DGC806: "The address of the cluster cannot be used",
  DGC807: "The settings of the connection do not fit together",
  DGC808: "The backup failed",
  DGC809: "The answer to a backup was lost",
  DGC810: "The key does not fit the backup",
  DGC811: "Only the superadmin of a cluster may do this",
  DGC812: "An Alpha of the cluster is not healthy",

  DGC901: "Something that was not foreseen",
} as const;

export type Code = keyof typeof codes;

/** Where a code is explained. The page is part of the package, so it fits the installed version. */
export function pointerTo(code: Code): string {
  return `${code}: node_modules/pulumi-dgraphcloud/docs/troubleshooting.md#${code.toLowerCase()}`;
}
