import type * as v from "valibot";
import { SettingsError } from "../../errors/errors";
import { keepSecret } from "../../errors/redact";
import type { Backup } from "../dataAnswers";
import type { ObjectStoreCredentials } from "../../types";
import type { BackupSource } from "../dataPlane";
import { isOwnName } from "../queries";
import type { backupsSchema } from "./answers";

/** The input of listBackups, and a part of that of restore. */
export function locationOf(source: BackupSource): object {
  if ("location" in source) return { location: source.location, ...credentialsOf(source.credentials) };
  throw new SettingsError({
    code: "DGC802",
    why: `the settings connect to a cluster, which has no backups of the backend ${source.uid}.`,
    next: "Give location instead, or use a Provider with the settings of an account.",
  });
}

/** Credentials as part of an input. From here on, no message repeats them. */
export function credentialsOf(credentials: ObjectStoreCredentials | undefined): ObjectStoreCredentials {
  for (const value of [credentials?.accessKey, credentials?.secretKey, credentials?.sessionToken]) keepSecret(value);
  return credentials ?? {};
}

/** The backups in an answer, with the predicates of a namespace. */
export function backupsIn({ listBackups }: v.InferOutput<typeof backupsSchema>, namespace: number): Backup[] {
  return (listBackups ?? []).map(({ backupId, backupNum, type, encrypted, path, groups }) => {
    const names = (groups ?? []).flatMap(({ predicates }) => predicates ?? []);
    return {
      series: backupId,
      backupNum,
      type,
      path,
      encrypted: encrypted === true,
      timestamp: timestampOf(path),
      predicates: ownPredicates(names, namespace),
    };
  });
}

/** Without Dgraph's own. A backup names predicates with their namespace, like "0-User.email". */
function ownPredicates(names: readonly string[], namespace: number): string[] {
  const prefix = `${namespace}-`;
  return names
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))
    .filter(isOwnName);
}

/** "dgraph.20261127.183122.123" is a time in UTC. Another path gives an empty text. */
function timestampOf(path: string): string {
  const found = /(\d{4})(\d\d)(\d\d)\.(\d\d)(\d\d)(\d\d)\.(\d{3})/.exec(path);
  if (found === null) return "";
  const [, year = "", month = "", day = "", hour = "", minute = "", second = "", ms = ""] = found;
  return `${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`;
}
