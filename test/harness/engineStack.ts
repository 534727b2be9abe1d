import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { expect } from "chai";
import { type LocalCloud, type LocalCloudOptions, startLocalCloud } from "dgraphcloud-local";
import { type Engine, prepareEngine } from "../../tools/engine";
import { waitUntil } from "./clocks";
import { makeTemporaryFolder, removeFolder } from "./folders";
import { kill, killTree, providersWith } from "./processes";
import { type HostName, testedHost } from "./testedHost";

const root = resolve(__dirname, "../..");
/** A name that no user would choose, since its settings file lies beside an example's program while a test runs. */
export const stackName = "engine-test";

/** What a program imports to have its resources on this host. */
const entries: Readonly<Record<HostName, string>> = {
  dynamic: "pulumi-dgraphcloud",
  plugin: "pulumi-dgraphcloud/plugin",
};

/** How a run of the engine ended. */
export interface Run {
  readonly code: number | null;
  /** Standard output and standard error in the order of arrival. */
  readonly output: string;
  /** Standard output alone, such as JSON. */
  readonly stdout: string;
}

/** Awaits a run that must succeed. Returns its output. */
export async function succeeds(work: Promise<Run>): Promise<string> {
  const { code, output } = await work;
  expect(code, output).to.equal(0);
  return output;
}

/** Awaits a run that must fail. Returns its output. */
export async function fails(work: Promise<Run>): Promise<string> {
  const { code, output } = await work;
  expect(code, output).not.to.equal(0);
  return output;
}

interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly inputs?: Record<string, unknown>;
  readonly outputs?: Record<string, unknown>;
  readonly initErrors?: readonly string[];
  readonly dependencies?: readonly string[];
}

interface Deployment {
  readonly deployment: { readonly resources?: readonly StateResource[] };
}

/** A Pulumi stack in a folder of its own, run by the real engine. Its settings say what it manages. */
export class EngineStack {
  readonly environment: NodeJS.ProcessEnv;
  private readonly running = new Set<ChildProcess>();
  private host: HostName = "dynamic";

  protected constructor(
    readonly folder: string,
    readonly project: string,
    private readonly engine: Engine,
    settings: NodeJS.ProcessEnv,
  ) {
    this.environment = { ...engineEnvironment(folder, engine), ...settings };
  }

  /** A stack of an empty project that has only these settings, such as the address of a cluster. */
  static async with(settings: NodeJS.ProcessEnv): Promise<EngineStack> {
    const folder = makeTemporaryFolder("engine");
    const stack = new EngineStack(folder, emptyProject(folder), await usualEngine(), settings);
    stack.use(testedHost);
    await stack.init();
    return stack;
  }

  /**
   * Chooses the host of the next program. The project names the plugin from the first time on, as that of a user does: a state may still
   * need it after a move back.
   */
  use(host: HostName): void {
    this.host = host;
    if (host === "plugin") writeFileSync(join(this.project, "Pulumi.yaml"), projectText + pluginText);
  }

  protected async init(): Promise<void> {
    mkdirSync(join(this.folder, "state"));
    const { code, output } = await this.pulumi("stack", "init", stackName);
    if (code !== 0) throw new Error(output);
  }

  /** Writes the program: statements that use `dgraphcloud` and `pulumi`. */
  program(statements: string): void {
    const requires = `const pulumi = require("@pulumi/pulumi");\nconst dgraphcloud = require("${entries[this.host]}");\n`;
    writeFileSync(join(this.project, "index.js"), requires + statements);
  }

  up(...more: string[]): Promise<Run> {
    return this.pulumi("up", "--yes", "--skip-preview", ...more);
  }

  preview(...more: string[]): Promise<Run> {
    return this.pulumi("preview", "--diff", ...more);
  }

  refresh(...more: string[]): Promise<Run> {
    return this.pulumi("refresh", "--yes", "--skip-preview", "--diff", ...more);
  }

  destroy(...more: string[]): Promise<Run> {
    return this.pulumi("destroy", "--yes", "--skip-preview", ...more);
  }

  pulumi(...args: string[]): Promise<Run> {
    return this.begin(...args).ended;
  }

  /** Starts the engine without waiting for its end. */
  begin(...args: string[]): { readonly child: ChildProcess; readonly ended: Promise<Run> } {
    const child = spawn(this.engine.pulumi, [...args, "--non-interactive", "--color", "never"], {
      cwd: this.project,
      env: this.environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.running.add(child);
    let [output, stdout] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      stdout += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    const ended = new Promise<Run>((done) => {
      child.once("close", (code) => {
        this.running.delete(child);
        done({ code, output, stdout });
      });
    });
    return { child, ended };
  }

  /** The stack's state, secrets encrypted as they are stored. */
  async state(): Promise<{ text: string; resources: readonly StateResource[] }> {
    const { output } = await this.pulumi("stack", "export");
    const { deployment } = JSON.parse(output) as Deployment;
    return { text: output, resources: deployment.resources ?? [] };
  }

  /** The resources of this package in the state. */
  async backends(): Promise<readonly StateResource[]> {
    return (await this.state()).resources.filter(({ type }) => /dgraphcloud:(index:)?Backend$/.test(type));
  }

  /** Makes the backends old enough for an absence from a list to be believed. */
  ageBackends(): Promise<void> {
    return this.rewriteRecords("incarnation", "2026-01-01T00:00:00.000Z");
  }

  /** Gives a time another value in the record (`__state`) of each resource that has it. */
  async rewriteRecords(name: "incarnation" | "unknownSince", time: string): Promise<void> {
    const state = JSON.parse((await this.state()).text) as {
      readonly deployment: { readonly resources: readonly { outputs?: Record<string, unknown> }[] };
    };
    for (const { outputs } of state.deployment.resources) {
      if (typeof outputs?.["__state"] !== "string") continue;
      const record = JSON.parse(outputs["__state"]) as Record<string, unknown>;
      if (record[name] !== undefined && record[name] !== "")
        outputs["__state"] = JSON.stringify({ ...record, [name]: time });
    }
    const file = join(this.folder, "state.json");
    writeFileSync(file, JSON.stringify(state));
    const run = await this.pulumi("stack", "import", "--file", file);
    if (run.code !== 0) throw new Error(run.output);
  }

  async output(name: string): Promise<string> {
    return (await this.pulumi("stack", "output", name, "--show-secrets")).output.trim();
  }

  /** Stops everything. Fails if a provider process outlived the engine that started it. */
  async close(): Promise<void> {
    for (const child of this.running) killTree(child, "SIGKILL");
    const outlived = await this.survivors();
    for (const pid of outlived) kill(pid, "SIGKILL");
    removeFolder(this.folder);
    rmSync(join(this.project, `Pulumi.${stackName}.yaml`), { force: true });
    if (outlived.length > 0) throw new Error(`processes of the provider outlive the engine: ${outlived.join(", ")}`);
  }

  /** Provider processes of this stack that still run after five seconds. */
  private async survivors(): Promise<number[]> {
    const stateUrl = this.environment["PULUMI_BACKEND_URL"] ?? "";
    await waitUntil(() => providersWith(stateUrl).length === 0, { tries: 50, everyMs: 100 });
    return providersWith(stateUrl);
  }
}

/** A stack against a local cloud in this process. */
export class Stack extends EngineStack {
  private constructor(
    folder: string,
    project: string,
    readonly local: LocalCloud,
    engine: Engine,
  ) {
    super(folder, project, engine, accountSettings(local));
  }

  /** A stack of an empty project in a folder of its own; `engine` selects another engine. */
  static async start(options: LocalCloudOptions = {}, engine?: Engine): Promise<Stack> {
    const folder = makeTemporaryFolder("engine");
    const stack = await Stack.in(folder, emptyProject(folder), options, engine);
    stack.use(testedHost);
    return stack;
  }

  /** A stack of an existing project, such as an example; `engine` selects another version of the engine. */
  static ofProject(project: string, options: LocalCloudOptions = {}, engine?: Engine): Promise<Stack> {
    return Stack.in(makeTemporaryFolder("engine"), project, options, engine);
  }

  /** A stack of a copy of an example, for tests that leave files beside the program, or an example with a package.json. */
  static ofCopy(example: string, options: LocalCloudOptions = {}, engine?: Engine): Promise<Stack> {
    const folder = makeTemporaryFolder("engine");
    const project = installInto(folder, ["typescript", "@types/node"]);
    cpSync(example, project, { recursive: true });
    // The example's own one extends that of the repository.
    const compilerOptions = { module: "node16", moduleResolution: "node16", target: "ES2022", strict: true };
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions }));
    return Stack.in(folder, project, options, engine);
  }

  private static async in(folder: string, project: string, options: LocalCloudOptions, given?: Engine): Promise<Stack> {
    const engine = given ?? (await usualEngine());
    const stack = new Stack(folder, project, await startLocalCloud({ provisioningMs: 100, ...options }), engine);
    await stack.init();
    return stack;
  }

  override async close(): Promise<void> {
    try {
      await super.close();
    } finally {
      await this.local.close();
    }
  }
}

let found: Promise<Engine> | undefined;

/** The engine of most tests. Each search starts it to read its version, so a process searches once. */
function usualEngine(): Promise<Engine> {
  found ??= prepareEngine();
  return found;
}

const projectText = "name: test\nruntime: nodejs\n";
const pluginText = `plugins:
  providers:
    - name: dgraphcloud
      path: node_modules/pulumi-dgraphcloud/plugin
`;

/** Makes the folder of a project without a program. */
function emptyProject(folder: string): string {
  const project = installInto(folder);
  writeFileSync(join(project, "Pulumi.yaml"), projectText);
  writeFileSync(join(project, "package.json"), '{ "name": "test", "main": "index.js" }\n');
  return project;
}

/** Makes the folder of a project in which this package, the SDK and `others` are installed. */
function installInto(folder: string, others: readonly string[] = []): string {
  const project = join(folder, "project");
  const link = (name: string, target = join(root, "node_modules", name)): void => {
    const path = join(project, "node_modules", name);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(target, path);
  };
  link("pulumi-dgraphcloud", root);
  for (const name of ["@pulumi/pulumi", ...others]) link(name);
  return project;
}

/** The environment of an engine: a home and a state below `folder`, and the credentials of the local cloud's first account. */
export function environmentOf(folder: string, engine: Engine, local: LocalCloud): NodeJS.ProcessEnv {
  return { ...engineEnvironment(folder, engine), ...accountSettings(local) };
}

function engineEnvironment(folder: string, engine: Engine): NodeJS.ProcessEnv {
  return {
    HOME: process.env["HOME"],
    PATH: engine.path,
    PULUMI_HOME: join(folder, "home"),
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // Otherwise each run tries for 2.5 seconds to download the plugin of @pulumi/kubernetes, which an example needs.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
}

function accountSettings({ endpoint, accounts: [account] }: LocalCloud): NodeJS.ProcessEnv {
  return {
    DGRAPHCLOUD_ENDPOINT: endpoint,
    DGRAPHCLOUD_EMAIL: account?.email,
    DGRAPHCLOUD_PASSWORD: account?.password,
  };
}
