import { readFileSync } from "node:fs";
import { parse } from "yaml";

export interface Step {
  readonly id?: string;
  readonly name?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly run?: string;
  readonly env?: Readonly<Record<string, unknown>>;
  readonly shell?: string;
  readonly "working-directory"?: string;
}

export interface Defaults {
  readonly run?: { readonly shell?: string; readonly "working-directory"?: string };
}

export type Concurrency = string | { readonly group: string; readonly "cancel-in-progress"?: boolean };

export interface Job {
  readonly name?: string;
  readonly if?: string;
  readonly needs?: string | readonly string[];
  readonly "runs-on": string;
  readonly "timeout-minutes"?: number;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly concurrency?: Concurrency;
  readonly env?: Readonly<Record<string, unknown>>;
  readonly defaults?: Defaults;
  readonly steps: readonly Step[];
}

export interface Workflow {
  readonly name?: string;
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly concurrency?: Concurrency;
  readonly env?: Readonly<Record<string, unknown>>;
  readonly defaults?: Defaults;
  readonly jobs: Readonly<Record<string, Job>>;
}

/** An event of a repository, as GitHub gives it to a workflow. */
export interface RepositoryEvent {
  readonly name: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly sha: string;
  /** The branch. For a pull request, `12/merge`. */
  readonly refName: string;
}

const shared = ["name", "permissions", "concurrency", "env", "defaults"];
const keysOfWorkflow = [...shared, "on", "jobs"];
const keysOfJob = [...shared, "if", "needs", "runs-on", "timeout-minutes", "steps"];
const keysOfStep = ["id", "name", "if", "uses", "with", "run", "env", "shell", "working-directory"];

/** Reads a workflow. A key that the runner does not know is an error, since it would be ignored. */
export function readWorkflow(file: string): Workflow {
  const workflow = parse(readFileSync(file, "utf8")) as Workflow;
  onlyKnown(workflow, keysOfWorkflow, file);
  for (const [name, job] of Object.entries(workflow.jobs)) {
    onlyKnown(job, keysOfJob, `${file}, ${name}`);
    for (const step of job.steps) {
      onlyKnown(step, keysOfStep, `${file}, ${name}, ${titleOf(step)}`);
      if ((step.uses === undefined) === (step.run === undefined))
        throw new Error(`${titleOf(step)} must have either "uses" or "run"`);
      // Whatever GitHub puts into the text of a script is run: a title of a pull request could hold a command.
      if (step.run?.includes("${{")) throw new Error(`${titleOf(step)}: give values to the script through "env"`);
    }
  }
  return workflow;
}

/** What the log of GitHub calls a step. */
export function titleOf({ name, uses, run }: Step): string {
  return name ?? uses ?? `Run ${run?.split("\n")[0] ?? ""}`;
}

/** Whether the workflow runs at an event. */
export function isTriggered({ on }: Workflow, event: RepositoryEvent): boolean {
  if (!(event.name in on)) return false;
  const filter = (on[event.name] ?? {}) as {
    readonly types?: readonly unknown[];
    readonly branches?: readonly string[];
  };
  if (event.name !== "schedule") onlyKnown(filter, ["types", "branches"], `on.${event.name}`);
  const types =
    filter.types ?? (event.name.startsWith("pull_request") ? ["opened", "synchronize", "reopened"] : undefined);
  return (types?.includes(event.payload["action"]) ?? true) && (filter.branches?.includes(event.refName) ?? true);
}

/** The group of jobs or runs of which one runs at a time. */
export function groupOf(concurrency: Concurrency | undefined): string | undefined {
  if (typeof concurrency !== "object") return concurrency;
  onlyKnown(concurrency, ["group", "cancel-in-progress"], "concurrency");
  if (concurrency["cancel-in-progress"]) throw new Error('"cancel-in-progress: true" is not known to the runner');
  return concurrency.group;
}

function onlyKnown(given: object, known: readonly string[], place: string): void {
  const unknown = Object.keys(given).filter((key) => !known.includes(key));
  if (unknown.length > 0) throw new Error(`${place}: not known to the runner: ${unknown.join(", ")}`);
}
