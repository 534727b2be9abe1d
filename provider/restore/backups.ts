import type { Backup } from "../api/dataAnswers";
import type { BackupSource } from "../api/dataPlane";
import { lookUp } from "../action/announce";
import type { Context } from "../resource/context";
import { AbsentError, RefusedError } from "../errors/errors";
import { GraphqlError } from "../errors/requestErrors";
import { holdsUnknown } from "../resource/fields";
import { type Operation } from "../run/operation";
import { type RestoreRequestInputs } from "./inputs";

/** The backup to restore: the one that the inputs name, else the latest that fits them. */
export async function chooseBackup(
  context: Context,
  operation: Operation,
  inputs: RestoreRequestInputs,
): Promise<Backup> {
  const source = sourceOf(inputs);
  const { backupNum } = inputs;
  const backups = oldestFirst(await backupsOf(context, operation, source));
  const latest = backups.at(-1);
  if (latest === undefined) throw noBackups(source);
  const series = seriesOf(inputs);
  const inSeries = backups.filter((backup) => backup.series === (series ?? latest.series));
  const found = backupNum === undefined ? inSeries.at(-1) : inSeries.find((backup) => backup.backupNum === backupNum);
  if (found !== undefined) return refuseWrongKey(found, inputs);
  const [word, input] = "uid" in source ? ["folder", "backupFolder"] : ["series", "backupId"];
  const wanted =
    backupNum === undefined
      ? `${word} "${series ?? ""}"`
      : `number ${backupNum} in ${word} "${series ?? latest.series}"`;
  const present = backups.slice(-10).map((backup) => `"${backup.series.slice(0, 100)}" ${backup.backupNum}`);
  throw new AbsentError({
    code: "DGC403",
    why: `${nameOf(source)} has no backup ${wanted}; nothing was sent.`,
    next: [
      `Correct ${input} and backupNum: there are ${backups.length > 10 ? "among others " : ""}${present.join(", ")} (getBackups lists all).`,
      "Or leave them out for the latest.",
    ],
  });
}

/** For a message: which backup would be restored now, if the program does not name one. */
export async function latestNow(context: Context, inputs: RestoreRequestInputs): Promise<string> {
  const source = sourceOf(inputs);
  const series = seriesOf(inputs);
  if (holdsUnknown([source, series, inputs.backupNum])) return "";
  if (series !== undefined && inputs.backupNum !== undefined) return "";
  const ask = (operation: Operation): Promise<Backup> => chooseBackup(context, operation, inputs);
  const now = await lookUp(context, `listBackups of ${nameOf(source)}`, ask);
  if (now === undefined) return "";
  return `, which is now backup ${now.backupNum} in "${now.series}" (${now.type}, ${now.timestamp})`;
}

/** Where the backups of a restore are. */
export function sourceOf({ source, location, credentials }: RestoreRequestInputs): BackupSource {
  return location === undefined ? { uid: source ?? "" } : { location, credentials };
}

/** The source in messages: the uid of a backend, or a location. */
export function nameOf(source: BackupSource): string {
  return "uid" in source ? source.uid : `"${source.location}"`;
}

/** The series that the program names. */
export function seriesOf({ backupFolder, backupId }: RestoreRequestInputs): string | undefined {
  return backupFolder ?? backupId;
}

function noBackups(source: BackupSource): AbsentError {
  const ofBackend = (uid: string): string[] => [
    "Wait for its first backup: dedicated backends are backed up every 4 hours.",
    `For a local cloud, take one where it is installed: npx dgraphcloud-local backup ${uid}`,
    "Or name another source.",
  ];
  const ofLocation = [
    "Correct location: a folder must be there for every Alpha.",
    "For an object store, check its address and the credentials: Dgraph answers wrong ones with an empty list, and only the log of Alpha has the reason.",
    "Or take a Backup first.",
  ];
  const next = "uid" in source ? ofBackend(source.uid) : ofLocation;
  return new AbsentError({ code: "DGC402", why: `${nameOf(source)} has no backups; nothing was sent.`, next });
}

/**
 * Refuses a backup that would be lost work and lost data: without its key, and with a key that it does not need, Dgraph answers "Success" and
 * leaves an empty database.
 */
function refuseWrongKey(backup: Backup, { encryptionKeyFile }: RestoreRequestInputs): Backup {
  if (backup.encrypted === undefined || backup.encrypted === (encryptionKeyFile !== undefined)) return backup;
  throw new RefusedError({
    code: "DGC810",
    why: backup.encrypted
      ? `backup ${backup.backupNum} of "${backup.series}" is encrypted, and encryptionKeyFile is not set: Dgraph would leave an empty database. Nothing was sent.`
      : `backup ${backup.backupNum} of "${backup.series}" is not encrypted, and encryptionKeyFile is set. Nothing was sent.`,
    next: backup.encrypted
      ? "Set encryptionKeyFile to the path of the key on the machines of the Alphas."
      : "Remove encryptionKeyFile, or name another backup.",
  });
}

async function backupsOf({ account }: Context, operation: Operation, source: BackupSource): Promise<Backup[]> {
  try {
    return await account.data.listBackups(source, operation);
  } catch (cause) {
    if (!(cause instanceof GraphqlError)) throw cause;
    throw new AbsentError({
      code: "DGC404",
      why: `the backups of ${nameOf(source)} cannot be listed; nothing was sent. ${cause.why}`,
      next: await adviceFor(source),
      cause,
    });

    async function adviceFor(unlisted: BackupSource): Promise<string | readonly string[]> {
      if (!("uid" in unlisted)) return "Correct location: a folder must be there for every Alpha.";
      const { deploymentType } = await account.data.locate(unlisted.uid, operation);
      if (deploymentType === "dedicated") return (cause as GraphqlError).next;
      return "Backups exist for dedicated backends only: name a dedicated backend as the source.";
    }
  }
}

/** Sorts by time. Backups with equal or unreadable times stay in the service's order, those of one series by number. */
export function oldestFirst(backups: readonly Backup[]): Backup[] {
  return [...backups].sort((one, other) => {
    const apart = Date.parse(one.timestamp) - Date.parse(other.timestamp);
    if (Number.isNaN(apart) || apart === 0) return one.series === other.series ? one.backupNum - other.backupNum : 0;
    return apart;
  });
}
