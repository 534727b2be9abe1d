import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { type Engine, prepareEngine } from "../tools/engine";
import { brief } from "./brief";
import { command, type RunningCloud, startCloud } from "./cloud";
import { Data, type Outputs, post } from "./data";
import { Page, showInTurn } from "./parts";
import { settingsOf } from "./settings";

const root = resolve(__dirname, "..");
const flags = process.argv.slice(2);
const keep = flags.includes("--keep");
/** The port of the cloud that --keep leaves up: the local cloud's default, which the README names. */
const keptPort = 8070;
/** The stack that --keep leaves up has a name of its own, so that a later demo does not touch it. */
const stack = keep ? "kept-demo" : "demo";

/** The signal that asked the demo to stop, and the running engines, which must end first. */
let stopping: "SIGINT" | "SIGTERM" | undefined;
const engineRuns = new Set<ChildProcess>();
/** Whether a part of the demo has failed, so that the others must not go on. */
let failed = false;

class Stopped extends Error {}

function refuseToGoOn(): void {
  if (stopping !== undefined || failed) throw new Stopped();
}

/** A stack of a project in this repository. Its state and the engine's home are in the demo's own folder. */
class Demo {
  /** Where it prints. */
  page = new Page();
  private readonly environment: NodeJS.ProcessEnv;

  constructor(
    private readonly engine: Engine,
    private readonly cloud: RunningCloud,
    private readonly folder: string,
    private readonly project: string,
  ) {
    mkdirSync(join(folder, "state"), { recursive: true });
    // Without the last one, the engine would download the plugin of @pulumi/kubernetes, which only an example needs.
    const quiet = { PULUMI_SKIP_UPDATE_CHECK: "true", PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" };
    const environment = { ...process.env, PATH: engine.path, ...quiet, ...this.settings() };
    this.environment = {
      // From version 22, Node keeps compiled code there: every run of the engine starts several processes with the same packages.
      NODE_COMPILE_CACHE: join(folder, "compiled"),
      ...environment,
      // A token in the user's environment would win over e-mail and password. It is meant for the real service only.
      DGRAPHCLOUD_TOKEN: undefined,
    };
    // A demo that was killed leaves its settings beside the program, and they would change this run.
    this.removeSettings();
  }

  /** The variables that a shell must export to go on by hand. */
  settings(): Record<string, string> {
    return settingsOf(this.folder, this.cloud);
  }

  shows(what: string): void {
    refuseToGoOn();
    this.page.heading(what);
  }

  /** Runs the engine and prints its output: shortened after a success, whole after a failure. */
  async pulumi(...args: string[]): Promise<void> {
    const { code, output } = await this.runEngine(args);
    const text = code === 0 ? brief(output) : output;
    if (text !== "") this.page.print(text);
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")} failed with exit code ${String(code)}`);
  }

  /** Runs the engine and prints its output, shortened. Throws if it succeeds. */
  async refused(...args: string[]): Promise<void> {
    const { code, output } = await this.runEngine(args);
    this.page.print(brief(output));
    if (code === 0) throw new Error(`pulumi ${args.join(" ")} should have failed`);
  }

  private async runEngine(args: readonly string[]): Promise<{ readonly code: unknown; readonly output: string }> {
    refuseToGoOn();
    this.page.print(`$ pulumi ${args.map((arg) => (arg.includes(" ") ? `"${arg}"` : arg)).join(" ")}`);
    const child = spawn(this.engine.pulumi, [...args, "--stack", stack, "--non-interactive"], {
      cwd: this.project,
      env: this.environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    engineRuns.add(child);
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const code = await new Promise((ended) => child.once("close", ended));
    engineRuns.delete(child);
    refuseToGoOn();
    return { code, output };
  }

  /** The file of the stack's schema. */
  get schema(): string {
    return join(this.folder, "schema.graphql");
  }

  /** Writes the schema of the stack, and prints what changes in it. */
  writeSchema(fields: readonly string[], ...changes: readonly string[]): void {
    writeFileSync(this.schema, schemaOf(fields));
    for (const change of changes) this.page.print(change);
  }

  /** Runs the engine and returns its output, without printing it. */
  async quietly(...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(this.engine.pulumi, [...args, "--non-interactive"], {
      cwd: this.project,
      env: this.environment,
    });
    return stdout.trim();
  }

  /** Removes the stack and what the engine wrote beside its program. */
  async remove(): Promise<void> {
    await this.quietly("stack", "rm", stack, "--yes");
    this.removeSettings();
  }

  removeSettings(): void {
    rmSync(join(this.project, `Pulumi.${stack}.yaml`), { force: true });
  }

  /** All outputs at once: the engine takes a moment to start, and to derive a key from the passphrase. */
  async outputs(): Promise<Outputs> {
    return JSON.parse(await this.quietly("stack", "output", "--json", "--show-secrets", "--stack", stack)) as Outputs;
  }

  /** Takes a backup, as the service does every four hours. */
  async backUp(uid: string): Promise<void> {
    this.page.print(`$ dgraphcloud-local backup ${uid}`);
    const { stdout } = await promisify(execFile)(process.execPath, [command, "backup", uid], { env: this.environment });
    this.page.print(stdout.trim());
  }

  /** Prints the titles of all tasks. Throws if they are others than expected. */
  async showTasks(data: Data, expected: readonly string[]): Promise<void> {
    const titles = await data.titles();
    this.page.print(`Tasks: ${titles.join(", ") || "none"}`);
    if (titles.join() !== expected.join()) throw new Error(`the tasks should be: ${expected.join(", ") || "none"}`);
  }

  /** Renames a backend as somebody would in the console. */
  async renameOutside(uid: string, name: string): Promise<void> {
    const { endpoint, email, password } = this.cloud;
    const login = await post(endpoint, `{ login(email: "${email}", password: "${password}") { token } }`, {});
    const { token } = login["login"] as { token: string };
    const rename = `mutation { updateDeployment(input: { uid: "${uid}", name: "${name}" }) }`;
    await post(endpoint, rename, { authorization: `Bearer ${token}` });
  }
}

async function run(demo: Demo): Promise<void> {
  await demo.quietly("stack", "init", stack);
  demo.writeSchema([title, "owner: String"]);
  await demo.quietly("config", "set", "schema", demo.schema, "--stack", stack);
  demo.shows("The preview says what would be created: a backend and its schema. Nothing is created yet.");
  await demo.pulumi("preview");
  demo.shows("The up creates the backend, waits until it answers, and sends the schema.");
  await demo.pulumi("up", "--yes", "--skip-preview");
  demo.shows("The outputs of the stack say how to reach the backend. Its token is a secret.");
  await demo.pulumi("stack", "output");
  demo.shows("With these outputs, the demo sends a first record to the backend, and reads the record again.");
  const outputs = await demo.outputs();
  const data = new Data(outputs);
  await data.add("Read the preview");
  await demo.showTasks(data, ["Read the preview"]);
  demo.shows("The schema gets a new field. Pulumi prints one line for each change of a schema: this one is harmless.");
  demo.writeSchema([title, "owner: String", "due: DateTime"], "+ due: DateTime");
  await demo.pulumi("up", "--yes", "--skip-preview");
  demo.shows("A new name for a field would hide its values. The preview refuses it, and says how to keep them.");
  demo.writeSchema([title, "assignee: String", "due: DateTime"], "- owner: String", "+ assignee: String");
  await demo.refused("preview");
  demo.writeSchema([title, "owner: String", "due: DateTime"], "The demo takes the new name back.");
  demo.shows("A new name is an update in place. The data stays.");
  await demo.pulumi("config", "set", "name", "orders");
  await demo.pulumi("preview", "--diff");
  await demo.pulumi("up", "--yes", "--skip-preview");
  await demo.showTasks(data, ["Read the preview"]);
  demo.shows("Another zone is a replace, which would lose the data. The demo stops at the preview.");
  await demo.pulumi("config", "set", "zone", "eu-west-1");
  await demo.pulumi("preview", "--diff");
  await demo.pulumi("config", "rm", "zone");
  demo.shows("Somebody renames the backend in the console. The refresh shows that it differs from the program.");
  await demo.renameOutside(outputs.uid, "renamed-in-the-console");
  await demo.pulumi("refresh", "--yes", "--skip-preview", "--diff");
}

/** Adds data, backs it up, drops it, and restores it. */
async function runActions(demo: Demo): Promise<void> {
  await demo.quietly("stack", "init", stack);
  demo.shows("A second stack creates a backend. The demo adds two records to it, and takes a backup.");
  await demo.pulumi("up", "--yes", "--skip-preview");
  const outputs = await demo.outputs();
  const data = new Data(outputs);
  const both = ["Read the preview", "Write the program"];
  await data.sendSchema(schemaOf([title]));
  await data.add(...both);
  await demo.backUp(outputs.uid);
  const backup = await data.latestBackup();
  await demo.showTasks(data, both);
  demo.shows("A DataDrop erases data, once. Its preview says which data.");
  await demo.pulumi("config", "set", "wipe", "for the demo");
  await demo.pulumi("preview");
  await demo.pulumi("up", "--yes", "--skip-preview");
  await demo.showTasks(data, []);
  demo.shows("A Restore brings the data back. The up sends it once, and waits until it has ended.");
  await demo.pulumi("config", "set", "backupFolder", backup.folder);
  await demo.pulumi("config", "set", "backupNum", String(backup.backupNum));
  await demo.pulumi("up", "--yes", "--skip-preview");
  await demo.showTasks(data, both);
  demo.shows("Another up runs neither of them again. Nothing changes, and the data stays.");
  await demo.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes");
  await demo.showTasks(data, both);
  demo.shows("The destroy deletes the backend of this stack.");
  await demo.pulumi("destroy", "--yes", "--skip-preview");
  await demo.remove();
}

const title = "title: String!";

function schemaOf(fields: readonly string[]): string {
  return `type Task {\n${["id: ID!", ...fields].map((field) => `  ${field}\n`).join("")}}\n`;
}

async function cleanUp(demo: Demo): Promise<void> {
  demo.shows("The destroy of the first stack deletes its backend as well. Nothing is left.");
  await demo.pulumi("destroy", "--yes", "--skip-preview");
  await demo.remove();
}

/** Runs both stacks at the same time: each spends most of its time in programs that use one core. */
async function runBoth(quickStart: Demo, withActions: Demo): Promise<void> {
  const first = { page: quickStart.page, ended: run(quickStart) };
  const second = { page: withActions.page, ended: runActions(withActions) };
  const last = new Page();
  const end = async (): Promise<void> => {
    await first.ended;
    quickStart.page = last;
    await cleanUp(quickStart);
  };
  const parts = keep ? [first, second] : [first, second, { page: last, ended: end() }];
  await showInTurn(parts, () => {
    failed = true;
  });
}

function howToGoOn(demo: Demo, engine: Engine, cloud: RunningCloud, folder: string): string {
  const exports = Object.entries(demo.settings()).map(([name, value]) => `  export ${name}=${value}`);
  return [
    "\nThe cloud and the stack are still up. To go on by hand:\n",
    "  unset DGRAPHCLOUD_TOKEN",
    ...exports,
    `  export PATH="${engine.path.split(":")[0] ?? ""}:$PATH"`,
    `  pulumi up --stack ${stack}`,
    "\nTo end them:\n",
    `  pulumi destroy --yes --stack ${stack}`,
    `  kill ${cloud.pid} && rm -r ${folder} Pulumi.${stack}.yaml`,
  ].join("\n");
}

async function main(): Promise<void> {
  const unknown = flags.find((flag) => flag !== "--keep");
  if (unknown !== undefined)
    throw new Error(`the demo has no flag ${unknown}: run npm run demo, or npm run demo -- --keep`);
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, () => {
      stop(signal);
    });
  const engine = await prepareEngine();
  refuseToGoOn();
  const folder = mkdtempSync(join(tmpdir(), "dgraphcloud-demo-"));
  const cloud = await startCloud(folder, keep ? keptPort : 0).catch((error: unknown) => {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  });
  console.log(
    `The demo runs the real Pulumi engine ${engine.version} against a Dgraph Cloud on this machine, ${cloud.behind}.`,
  );
  const quickStart = new Demo(engine, cloud, folder, root);
  const withActions = new Demo(engine, cloud, folder, join(root, "examples", "wipe-and-restore"));
  const leaveNothing = async (): Promise<void> => {
    await cloud.stop();
    rmSync(folder, { recursive: true, force: true });
    for (const demo of [quickStart, withActions]) demo.removeSettings();
  };
  try {
    await runBoth(quickStart, withActions);
  } catch (error) {
    await leaveNothing();
    // After a signal the engine fails because it was stopped. That is no failure of the demo.
    if (stopping !== undefined) throw new Stopped();
    throw error;
  }
  if (keep) {
    console.log(howToGoOn(quickStart, engine, cloud, folder));
    return;
  }
  await leaveNothing();
  console.log(
    '\nThe demo has ended. The stacks, the local cloud and its folder are gone. To go on, read "Use it" in the README.',
  );
}

/** Lets the engines finish and unlock their states before the cloud goes away. */
function stop(signal: "SIGINT" | "SIGTERM"): void {
  if (stopping !== undefined) return;
  stopping = signal;
  console.log("\nStopping. The engine finishes first what it has begun.");
  // A terminal sends Ctrl-C to the engine as well. SIGTERM reaches this process alone.
  if (signal === "SIGTERM") for (const run of engineRuns) run.kill("SIGINT");
}

main().catch((error: unknown) => {
  if (error instanceof Stopped && stopping !== undefined) {
    console.log("Stopped. The local cloud and its folder are gone.");
    process.exitCode = 128 + constants.signals[stopping];
    return;
  }
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
