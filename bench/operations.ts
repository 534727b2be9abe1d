import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import type { EngineAge } from "../tools/engine";
import { makeTemporaryFolder, removeFolder } from "../test/harness/folders";
import { Candidate, type CandidateName, type Usage } from "./candidates";

export const operationNames = ["preview", "up", "no-op up", "refresh", "update", "destroy"] as const;
export type OperationName = (typeof operationNames)[number];

/** One operation of one candidate, in one round. */
export interface Sample extends Usage {
  readonly size: number;
  readonly round: number;
  readonly candidate: CandidateName;
  readonly operation: OperationName;
  /** Requests that reached the local cloud, and how many of them were lists or log-ins. */
  readonly requests: number;
  readonly lists: number;
  readonly logins: number;
  /** Bytes of the stack's state after the operation, and of one `__provider` in it. */
  readonly stateBytes: number;
  readonly providerBytes: number;
}

const up = ["up", "--yes", "--skip-preview"];

/** What each operation runs. They follow each other on one stack: the preview is that of a first up, and the destroy leaves an empty stack. */
const commands: Readonly<Record<OperationName, readonly string[]>> = {
  preview: ["preview"],
  up,
  "no-op up": [...up, "--expect-no-changes"],
  refresh: ["refresh", "--yes", "--skip-preview"],
  update: up,
  destroy: ["destroy", "--yes", "--skip-preview"],
};

/** What the stack and the local cloud have after each operation. */
const expected = {
  preview: "none",
  up: "all",
  "no-op up": "all",
  refresh: "all",
  update: "all renamed",
  destroy: "none",
} as const;

/** Measures every operation of the candidates. They take turns, so that a busy moment of the machine meets all of them. */
export async function measureOperations(
  size: number,
  rounds: number,
  { names, engine }: { readonly names: readonly CandidateName[]; readonly engine: EngineAge },
): Promise<readonly Sample[]> {
  const folder = makeTemporaryFolder("bench");
  const candidates: Candidate[] = [];
  try {
    for (const name of names)
      candidates.push(await Candidate.start(name, size, { engine, folder: mkdtempSync(join(folder, name)) }));
    const samples: Sample[] = [];
    for (let round = 0; round < rounds; round++)
      for (const operation of operationNames) {
        const turns = (round + operationNames.indexOf(operation)) % 2 === 0 ? candidates : candidates.toReversed();
        for (const candidate of turns) samples.push(await measure(candidate, operation, { size, round }));
      }
    return samples;
  } finally {
    for (const candidate of candidates) await candidate.close();
    removeFolder(folder);
  }
}

async function measure(
  candidate: Candidate,
  operation: OperationName,
  at: { readonly size: number; readonly round: number },
): Promise<Sample> {
  if (operation === "preview") candidate.declare("default");
  if (operation === "update") candidate.declare("renamed");
  const usage = await candidate.run(...commands[operation]);
  candidate.expectBackends(expected[operation]);
  const { state, provider } = candidate.stateBytes();
  process.stderr.write(`${at.size} ${candidate.name} ${operation}: ${usage.cpuSeconds.toFixed(2)} s of CPU\n`);
  return {
    ...at,
    candidate: candidate.name,
    operation,
    ...usage,
    requests: candidate.requests(),
    lists: candidate.requests("deployments"),
    logins: candidate.requests("login"),
    stateBytes: state,
    providerBytes: provider,
  };
}
