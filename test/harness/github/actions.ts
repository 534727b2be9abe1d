import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { killTree } from "../processes";
import { type Contexts, holds, interpolate, type Status } from "./expressions";
import {
  groupOf,
  isTriggered,
  type Job,
  readWorkflow,
  type RepositoryEvent,
  type Step,
  titleOf,
  type Workflow,
} from "./workflow";

export type Outcome = "success" | "failure" | "cancelled" | "skipped";

export interface StepRun {
  readonly title: string;
  readonly outcome: Outcome;
  /** The exit code of a script. */
  readonly code?: number;
  /** Standard output and standard error in the order of arrival. */
  readonly log: string;
}

export interface JobRun {
  readonly outcome: Outcome;
  readonly steps: readonly StepRun[];
  /** What the steps wrote to GITHUB_STEP_SUMMARY. */
  readonly summary: string;
}

export interface WorkflowRun {
  /** "skipped" if the event does not trigger the workflow, or if no job ran. */
  readonly outcome: Outcome;
  readonly jobs: Readonly<Record<string, JobRun>>;
  /** The logs of all steps. */
  readonly log: string;
}

/** The machine of a job. It is new for each job, and nothing of it stays. */
export interface Machine {
  readonly workspace: string;
  /** The environment of all later steps. */
  readonly env: Record<string, string>;
}

/** What stands for an action of others, by its name without a version. */
export type Actions = Readonly<Record<string, (machine: Machine, inputs: Readonly<Record<string, unknown>>) => void>>;

export interface RunnerOptions {
  /** An empty folder for the machines. */
  readonly folder: string;
  readonly repository: string;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly vars?: Readonly<Record<string, string>>;
  readonly actions: Actions;
  /** The environment of each machine, beside what GitHub gives to jobs. */
  readonly env: Readonly<Record<string, string>>;
  readonly apiUrl: string;
  /** Makes the token of a job with the permissions of the job. */
  readonly issueToken: (permissions: Readonly<Record<string, string>>) => string;
}

/** A run of a workflow that has begun. */
export interface BegunRun {
  readonly ended: Promise<WorkflowRun>;
  /** Kills every process of the current step, and runs no further step: the machine has died. */
  kill(): void;
}

/** Runs workflows of GitHub on this machine, one step after the other. What it does not know is an error. */
export class Runner {
  /** The run and the waiting run of each group of `concurrency`. */
  private readonly groups = new Map<string, { waiting?: (mayRun: boolean) => void }>();
  private machines = 0;

  constructor(private readonly options: RunnerOptions) {}

  /** Runs a workflow to its end. */
  run(file: string, event: RepositoryEvent): Promise<WorkflowRun> {
    return this.begin(file, event).ended;
  }

  begin(file: string, event: RepositoryEvent): BegunRun {
    const control: Control = { killed: false };
    return {
      ended: this.runWorkflow(readWorkflow(file), event, control),
      kill: () => {
        control.killed = true;
        if (control.child !== undefined) killTree(control.child, "SIGKILL");
      },
    };
  }

  private async runWorkflow(workflow: Workflow, event: RepositoryEvent, control: Control): Promise<WorkflowRun> {
    const jobs: Record<string, JobRun> = {};
    if (!isTriggered(workflow, event)) return summarise(jobs);
    const contexts = this.contextsOf(event);
    const group = groupOf(workflow.concurrency);
    await this.inGroup(group && interpolate(group, contexts, sound), async (mayRun) => {
      for (const [name, job] of Object.entries(workflow.jobs)) {
        const needed = [job.needs ?? []].flat().map((one) => jobs[one]?.outcome);
        if (needed.includes(undefined)) throw new Error(`${name}: "needs" must name jobs above it`);
        const status = {
          failed: needed.some((outcome) => outcome !== "success"),
          cancelled: !mayRun || control.killed,
        };
        jobs[name] =
          mayRun && holds(job.if, contexts, status)
            ? await this.runJob(workflow, job, event, control)
            : withoutSteps(mayRun ? "skipped" : "cancelled");
      }
    });
    return summarise(jobs);
  }

  private async runJob(workflow: Workflow, job: Job, event: RepositoryEvent, control: Control): Promise<JobRun> {
    const token = this.options.issueToken(job.permissions ?? workflow.permissions ?? {});
    const contexts = this.contextsOf(event, token);
    const group = groupOf(job.concurrency);
    return this.inGroup(group && interpolate(group, contexts, sound), async (mayRun) => {
      if (!mayRun) return withoutSteps("cancelled");
      const machine = this.newMachine(event);
      const env = textsOf({ ...workflow.env, ...job.env }, contexts, sound);
      return new JobRunner(workflow, job, machine, { ...contexts, env }, control).run(this.options.actions);
    });
  }

  private contextsOf({ name, payload, sha, refName }: RepositoryEvent, token = ""): Contexts {
    const { repository, secrets = {}, vars = {} } = this.options;
    const github = { event: payload, event_name: name, sha, ref_name: refName, repository, token };
    return { github, secrets: orEmpty({ ...secrets, GITHUB_TOKEN: token }), vars: orEmpty(vars) };
  }

  private newMachine({ name, payload, sha, refName }: RepositoryEvent): Machine {
    const { folder, repository, apiUrl, env } = this.options;
    const home = join(folder, `machine-${++this.machines}`);
    const workspace = join(home, "workspace");
    const temporary = join(home, "temporary");
    for (const path of [workspace, temporary]) mkdirSync(path, { recursive: true });
    const eventFile = join(temporary, "event.json");
    writeFileSync(eventFile, JSON.stringify(payload));
    return {
      workspace,
      env: {
        ...env,
        ...{ CI: "true", GITHUB_ACTIONS: "true", HOME: home, RUNNER_TEMP: temporary },
        ...{ GITHUB_API_URL: apiUrl, GITHUB_REPOSITORY: repository, GITHUB_WORKSPACE: workspace },
        ...{ GITHUB_EVENT_NAME: name, GITHUB_EVENT_PATH: eventFile, GITHUB_SHA: sha, GITHUB_REF_NAME: refName },
      },
    };
  }

  /** Waits for the group. GitHub lets one run wait, and cancels the one that waited before. */
  private async inGroup<T>(name: string | undefined, work: (mayRun: boolean) => Promise<T>): Promise<T> {
    if (name === undefined) return work(true);
    const group = this.groups.get(name);
    if (group === undefined) this.groups.set(name, {});
    else {
      group.waiting?.(false);
      if (!(await new Promise<boolean>((resolve) => (group.waiting = resolve)))) return work(false);
    }
    try {
      return await work(true);
    } finally {
      const waiting = this.groups.get(name)?.waiting;
      if (waiting === undefined) this.groups.delete(name);
      else {
        this.groups.set(name, {});
        waiting(true);
      }
    }
  }
}

interface Control {
  killed: boolean;
  child?: ChildProcess;
}

const sound: Status = { failed: false, cancelled: false };

/** Runs the steps of one job on one machine. */
class JobRunner {
  private readonly steps: StepRun[] = [];
  private readonly ofSteps: Record<string, object> = {};
  private summary = "";
  private failed = false;

  constructor(
    private readonly workflow: Workflow,
    private readonly job: Job,
    private readonly machine: Machine,
    private readonly contexts: Contexts,
    private readonly control: Control,
  ) {}

  async run(actions: Actions): Promise<JobRun> {
    for (const [index, step] of this.job.steps.entries()) {
      const status = { failed: this.failed, cancelled: this.control.killed };
      const contexts = { ...this.contexts, steps: this.ofSteps };
      const title = titleOf(step);
      const files = this.filesOf(index);
      let ran: StepRun;
      if (this.control.killed || !holds(step.if, contexts, status)) ran = { title, outcome: "skipped", log: "" };
      else if (step.run === undefined) ran = this.use(step, title, actions, contexts);
      else ran = await this.script(step, title, contexts, files);
      this.steps.push(ran);
      this.failed ||= ran.outcome === "failure";
      if (step.id !== undefined)
        this.ofSteps[step.id] = { outcome: ran.outcome, outputs: orEmpty(assignments(files.output)) };
      Object.assign(this.machine.env, assignments(files.env));
      this.summary += readIfThere(files.summary);
    }
    const outcome = this.control.killed ? "cancelled" : this.failed ? "failure" : "success";
    return { outcome, steps: this.steps, summary: this.summary };
  }

  private use(step: Step, title: string, actions: Actions, contexts: Contexts): StepRun {
    const [, name = "", version] = /^([\w-]+\/[\w-]+)@(v\d+)$/.exec(step.uses ?? "") ?? [];
    const action = actions[name];
    if (version === undefined || action === undefined) throw new Error(`nothing stands for the action ${step.uses}`);
    action(this.machine, textsOf(step.with ?? {}, contexts, sound));
    return { title, outcome: "success", log: "" };
  }

  private async script(step: Step, title: string, contexts: Contexts, files: Files): Promise<StepRun> {
    const defaults = { ...this.workflow.defaults?.run, ...this.job.defaults?.run };
    const shell = step.shell ?? defaults.shell;
    if (shell !== undefined && shell !== "bash") throw new Error(`${title}: not known to the runner: shell ${shell}`);
    writeFileSync(files.script, step.run ?? "");
    // As on GitHub: a pipe fails with any of its commands only if the workflow asks for bash.
    const flags = shell === undefined ? ["-e"] : ["--noprofile", "--norc", "-eo", "pipefail"];
    const child = spawn("bash", [...flags, files.script], {
      cwd: resolve(this.machine.workspace, step["working-directory"] ?? defaults["working-directory"] ?? "."),
      env: {
        ...this.machine.env,
        ...(this.contexts["env"] as Readonly<Record<string, string>>),
        ...textsOf(step.env ?? {}, contexts, sound),
        ...{ GITHUB_ENV: files.env, GITHUB_OUTPUT: files.output, GITHUB_STEP_SUMMARY: files.summary },
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.control.child = child;
    let log = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (log += chunk.toString()));
    const limit = setTimeout(() => {
      killTree(child, "SIGKILL");
    }, 300_000);
    const code = await new Promise<number>((done, fail) => {
      child.once("error", fail);
      child.once("close", (ended) => {
        done(ended ?? 137);
      });
    });
    clearTimeout(limit);
    return { title, outcome: this.control.killed ? "cancelled" : code === 0 ? "success" : "failure", code, log };
  }

  private filesOf(index: number): Files {
    const path = (kind: string): string => join(this.machine.env["RUNNER_TEMP"] ?? "", `${kind}-${index}`);
    return { script: path("script"), env: path("env"), output: path("output"), summary: path("summary") };
  }
}

interface Files {
  readonly script: string;
  readonly env: string;
  readonly output: string;
  readonly summary: string;
}

function withoutSteps(outcome: Outcome): JobRun {
  return { outcome, steps: [], summary: "" };
}

function summarise(jobs: Readonly<Record<string, JobRun>>): WorkflowRun {
  const outcomes = Object.values(jobs).map(({ outcome }) => outcome);
  const outcome = (["failure", "cancelled", "success"] as const).find((one) => outcomes.includes(one)) ?? "skipped";
  const log = Object.values(jobs).flatMap(({ steps }) => steps.map(({ title, log }) => `## ${title}\n${log}`));
  return { outcome, jobs, log: log.join("\n") };
}

function textsOf(
  values: Readonly<Record<string, unknown>>,
  contexts: Contexts,
  status: Status,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, interpolate(String(value), contexts, status)]),
  );
}

/** As on GitHub, a secret, a variable or an output that is not set is an empty text. */
function orEmpty(values: Readonly<Record<string, string>>): object {
  return new Proxy(values, { has: () => true, get: (target, key) => target[String(key)] ?? "" });
}

/** The lines NAME=VALUE of a file that a step wrote. */
function assignments(file: string): Record<string, string> {
  const lines = readIfThere(file)
    .split("\n")
    .filter((line) => line !== "");
  return Object.fromEntries(
    lines.map((line) => {
      const [, name, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
      if (name === undefined || value === undefined) throw new Error(`not NAME=VALUE: ${line}`);
      return [name, value];
    }),
  );
}

function readIfThere(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}
