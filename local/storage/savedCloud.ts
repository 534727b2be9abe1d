import type { SavedCloud } from "../cloud/cloud";
import { parseTrustedJson } from "../text/json";

type Check = readonly [field: string, accepts: (value: unknown) => boolean];

const text = (value: unknown): boolean => typeof value === "string";
const count = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
const matches =
  (pattern: RegExp) =>
  (value: unknown): boolean =>
    typeof value === "string" && pattern.test(value);

const ofCloud: readonly Check[] = [
  ["engine", text],
  ["key", matches(/^[0-9a-f]{64}$/)],
  ["nextUid", count],
  ["generation", count],
  ["organizations", Array.isArray],
  ["deployments", Array.isArray],
];
const ofDeployment: readonly Check[] = [
  // The uid is the name of a folder on the disk.
  ["uid", matches(/^0x[0-9a-f]{1,16}$/)],
  ...["name", "url", "owner", "jwtToken", "deploymentType", "deploymentMode"].map((field): Check => [field, text]),
  ["readyAt", Number.isFinite],
  ["lambdaLogs", Array.isArray],
];

const ofBackend: readonly Check[] = [
  // Without it, the backend would count as new, and its database would be removed.
  ["engine", (value) => value !== undefined],
  ["nextBackupAt", (value) => value === undefined || (Number.isFinite(value) && Number(value) >= 0)],
];

/** Parses the file with the state of a local cloud. The error says what is wrong with it. */
export function parseSaved(json: string): SavedCloud {
  const saved = parseTrustedJson(json);
  check(saved, ofCloud, "the state");
  const { deployments } = saved as { deployments: readonly unknown[] };
  const uids = deployments.map((entry, index) => {
    const where = `backend ${index + 1}`;
    check(entry, [["backend", (value) => typeof value === "object" && value !== null]], where);
    const { deployment, backend } = entry as { deployment?: unknown; backend?: unknown };
    check(backend, ofBackend, where);
    check(deployment, ofDeployment, where);
    return (deployment as { uid: string }).uid;
  });
  if (new Set(uids).size < uids.length) throw new Error("two backends have the same uid");
  return saved as SavedCloud;
}

function check(value: unknown, checks: readonly Check[], where: string): void {
  if (typeof value !== "object" || value === null) throw new Error(`${where} is not an object`);
  const failed = checks.find(([field, accepts]) => !accepts((value as Record<string, unknown>)[field]));
  if (failed !== undefined) throw new Error(`${where} has no usable "${failed[0]}"`);
}
