import type { Backup } from "../api/dataAnswers";
import { lookUp } from "../action/announce";
import type { Context } from "../resource/context";
import { AbsentError } from "../errors/errors";
import { GraphqlError } from "../errors/requestErrors";
import { holdsUnknown } from "../resource/fields";
import { type Operation } from "../run/operation";
import { type RestoreRequestInputs } from "./inputs";

/** The backup to restore: the one that the inputs name, else the latest that fits them. */
export async function chooseBackup(
  context: Context,
  operation: Operation,
  { source, backupFolder, backupNum }: RestoreRequestInputs,
): Promise<Backup> {
  const backups = oldestFirst(await backupsOf(context, operation, source));
  const latest = backups.at(-1);
  if (latest === undefined) {
    throw new AbsentError({
      code: "DGC402",
      why: `${source} has no backups; nothing was sent.`,
      next: [
        "Wait for its first backup: dedicated backends are backed up every 4 hours.",
        `For a local cloud, take one where it is installed: npx dgraphcloud-local backup ${source}`,
        "Or name another source.",
      ],
    });
  }
  const series = backups.filter(({ folder }) => folder === (backupFolder ?? latest.folder));
  const found = backupNum === undefined ? series.at(-1) : series.find((backup) => backup.backupNum === backupNum);
  if (found !== undefined) return found;
  const wanted =
    backupNum === undefined
      ? `folder "${backupFolder ?? ""}"`
      : `number ${backupNum} in folder "${backupFolder ?? latest.folder}"`;
  const present = backups.slice(-10).map(({ folder, backupNum: number }) => `"${folder.slice(0, 100)}" ${number}`);
  throw new AbsentError({
    code: "DGC403",
    why: `${source} has no backup ${wanted}; nothing was sent.`,
    next: [
      `Correct backupFolder and backupNum: there are ${backups.length > 10 ? "among others " : ""}${present.join(", ")} (getBackups lists all).`,
      "Or leave them out for the latest.",
    ],
  });
}

/** For a message: which backup would be restored now, if the program does not name one. */
export async function latestNow(context: Context, inputs: RestoreRequestInputs): Promise<string> {
  const { source, backupFolder, backupNum } = inputs;
  if (holdsUnknown([source, backupFolder, backupNum])) return "";
  if (backupFolder !== undefined && backupNum !== undefined) return "";
  const ask = (operation: Operation): Promise<Backup> => chooseBackup(context, operation, inputs);
  const now = await lookUp(context, `listBackups of ${source}`, ask);
  if (now === undefined) return "";
  return `, which is now backup ${now.backupNum} in "${now.folder}" (${now.type}, ${now.timestamp})`;
}

async function backupsOf({ account }: Context, operation: Operation, source: string): Promise<Backup[]> {
  try {
    return await account.data.listBackups(source, operation);
  } catch (cause) {
    if (!(cause instanceof GraphqlError)) throw cause;
    const { deploymentType } = await account.data.locate(source, operation);
    const next =
      deploymentType === "dedicated"
        ? cause.next
        : "Backups exist for dedicated backends only: name a dedicated backend as the source.";
    throw new AbsentError({
      code: "DGC404",
      why: `the backups of ${source} cannot be listed; nothing was sent. ${cause.why}`,
      next,
      cause,
    });
  }
}

/** Sorts by time. Backups with equal or unreadable times stay in the service's order, those of one series by number. */
export function oldestFirst(backups: readonly Backup[]): Backup[] {
  return [...backups].sort((one, other) => {
    const apart = Date.parse(one.timestamp) - Date.parse(other.timestamp);
    if (Number.isNaN(apart) || apart === 0) return one.folder === other.folder ? one.backupNum - other.backupNum : 0;
    return apart;
  });
}
