import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { killTree } from "../processes";

const program = resolve(__dirname, "../../../node_modules/gitlab-ci-local/dist/index.js");
/** gitlab-ci-local uses `Set.prototype.union`, which Node 20 does not have. */
const forNode20 = "Set.prototype.union ??= function (other) { return new Set([...this, ...other]); };";

export type Variables = Readonly<Record<string, string>>;

export interface Environment {
  readonly name: string;
  readonly action?: string;
  readonly on_stop?: string;
}

export interface Job {
  readonly stage: string;
  readonly before_script?: readonly string[];
  readonly script: readonly string[];
  readonly rules: readonly Readonly<Record<string, unknown>>[];
  readonly resource_group?: string;
  readonly environment?: Environment;
}

export interface JobRun {
  readonly code: number | null;
  /** Standard output and standard error in the order of arrival. */
  readonly log: string;
}

/** A `.gitlab-ci.yml` in a Git repository, as gitlab-ci-local reads it: validated by GitLab's schema, with rules and references. */
export class GitLabCi {
  constructor(
    private readonly repository: string,
    /** An empty folder for settings and results. */
    private readonly home: string,
  ) {}

  /** The jobs of a pipeline with these variables. Throws if the file does not follow GitLab's schema. */
  jobsFor(variables: Variables): string[] {
    const listed = JSON.parse(this.run(["--list-json"], variables)) as { name: string; when: string }[];
    return listed.filter(({ when }) => when !== "never").map(({ name }) => name);
  }

  /** The jobs with what they extend and refer to. */
  jobs(): Record<string, Job> {
    const all = parse(this.run(["--preview"], {})) as Record<string, Partial<Job>>;
    const isJob = (entry: [string, Partial<Job>]): entry is [string, Job] =>
      !entry[0].startsWith(".") && entry[1].script !== undefined;
    return Object.fromEntries(Object.entries(all).filter(isJob));
  }

  private run(args: readonly string[], variables: Variables): string {
    const given = Object.entries({ CI_DEFAULT_BRANCH: "main", ...variables });
    const flags = given.flatMap(([name, value]) => ["--variable", `${name}=${value}`]);
    const preload = `data:text/javascript,${encodeURIComponent(forNode20)}`;
    const ignored = given.map(([name]) => name).join();
    return execFileSync(
      process.execPath,
      ["--import", preload, program, ...args, ...flags, "--ignore-predefined-vars", ignored, "--home", this.home],
      { cwd: this.repository, env: { PATH: "/usr/bin:/bin", HOME: this.home }, encoding: "utf8", stdio: "pipe" },
    );
  }
}

/** Runs a job as GitLab's runner does: in a fresh clone, its lines in one shell, which ends at the first failure. */
export function beginJob(
  { before_script = [], script }: Job,
  { repository, machine, env }: { repository: string; machine: string; env: Variables },
): { readonly child: ChildProcess; readonly ended: Promise<JobRun> } {
  mkdirSync(machine);
  execFileSync("git", ["clone", "--quiet", repository, join(machine, "project")]);
  writeFileSync(join(machine, "script"), ["set -eo pipefail", ...before_script, ...script, ""].join("\n"));
  const child = spawn("bash", ["--noprofile", "--norc", join(machine, "script")], {
    cwd: join(machine, "project"),
    env: { ...env, HOME: machine, CI: "true", GITLAB_CI: "true" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const limit = setTimeout(() => {
    killTree(child, "SIGKILL");
  }, 120_000);
  let log = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (log += chunk.toString()));
  const ended = new Promise<JobRun>((done, fail) => {
    child.once("error", fail);
    child.once("close", (code) => {
      clearTimeout(limit);
      done({ code, log });
    });
  });
  return { child, ended };
}
