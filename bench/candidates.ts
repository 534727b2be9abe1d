import { chmodSync, cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { controlDocuments } from "../provider/api/documents";
import { type EngineAge, prepareEngine } from "../tools/engine";
import { Stack, stackName } from "../test/harness/engineStack";
import { providerCommand } from "../test/harness/processes";

export const candidateNames = ["floor", "ours", "plugin", "guide"] as const;
export type CandidateName = (typeof candidateNames)[number];

/** What a run of the engine used, as usage.py writes it. */
export interface Usage {
  /** Of the engine and of every process below it. */
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  /** Of the provider process. */
  readonly peakKb: number;
}

/** One way of managing backends, with a stack and a local cloud of its own. */
export class Candidate {
  private constructor(
    readonly name: CandidateName,
    private readonly size: number,
    private readonly stack: Stack,
    private readonly usageFile: string,
  ) {}

  /** Starts its local cloud and an empty stack. `folder` keeps what is only for the measurement. */
  static async start(
    name: CandidateName,
    size: number,
    { engine: exactly, folder }: { readonly engine: EngineAge; readonly folder: string },
  ): Promise<Candidate> {
    const engine = await prepareEngine({ exactly });
    const [pulumi, usageFile] = [join(folder, "pulumi"), join(folder, "usage.json")];
    const measured = ["python3", join(__dirname, "usage.py"), usageFile, providerCommand.source, engine.pulumi];
    writeFileSync(pulumi, `#!/bin/sh\nexec ${measured.map((part) => `'${part}'`).join(" ")} "$@"\n`);
    chmodSync(pulumi, 0o755);
    const stack = await Stack.start({ provisioningMs: 0 }, { ...engine, pulumi });
    stack.use(name === "plugin" ? "plugin" : "dynamic");
    if (name === "floor") installFloor(stack.project);
    if (name === "guide") await prepareGuide(stack);
    return new Candidate(name, size, stack, usageFile);
  }

  /** Writes the program that declares every backend, with its default name or renamed. */
  declare(names: "default" | "renamed"): void {
    const name = names === "renamed" ? 'name: "renamed-" + i, ' : "";
    const args = `{ ${name}zone: "us-east-1", deploymentType: "free" }`;
    const statements = `for (let i = 0; i < ${this.size}; i++) new Backend("backend-" + i, ${args});\n`;
    const imported = {
      floor: `const { Backend } = require("floor/resource.cjs");\n`,
      ours: `const { Backend } = require("pulumi-dgraphcloud");\n`,
      plugin: `const { Backend } = require("pulumi-dgraphcloud/plugin");\n`,
      guide: `const { Backend } = require("./guide.cjs");\n`,
    }[this.name];
    writeFileSync(join(this.stack.project, "index.js"), imported + statements);
  }

  /** Runs the engine, which must succeed. */
  async run(...args: string[]): Promise<Usage> {
    this.stack.local.journal.clear();
    const { code, output } = await this.stack.pulumi(...args);
    if (code !== 0) throw new Error(`${this.name}: pulumi ${args.join(" ")} failed:\n${output}`);
    return JSON.parse(readFileSync(this.usageFile, "utf8")) as Usage;
  }

  /** Requests since the last run began: all of them, or those of one operation. */
  requests(operation?: string): number {
    return this.stack.local.journal.count(operation);
  }

  /** Bytes of the state, as the engine stores it, and of the text in it that loads the provider of one resource. */
  stateBytes(): { readonly state: number; readonly provider: number } {
    const text = this.stateText();
    const [backend] = backendsIn(text);
    return { state: Buffer.byteLength(text), provider: Buffer.byteLength(backend?.outputs.__provider ?? "") };
  }

  /** Fails unless the state and the local cloud have all backends, or none of them: what is measured must have done its work. */
  expectBackends(expected: "all" | "all renamed" | "none"): void {
    const names = this.stack.local.cloud.allBackends().map(({ deployment }) => deployment.name);
    const found = expected === "all renamed" ? names.filter((name) => name.startsWith("renamed-")) : names;
    const inState = backendsIn(this.stateText()).length;
    const inCloud = this.name === "floor" ? inState : found.length;
    const wanted = expected === "none" ? 0 : this.size;
    if (inState !== wanted || inCloud !== wanted)
      throw new Error(
        `${this.name}: ${wanted} backends were expected, ${inState} are in the state, ${inCloud} in the cloud`,
      );
  }

  private stateText(): string {
    return readFileSync(join(this.stack.folder, "state/.pulumi/stacks/test", `${stackName}.json`), "utf8");
  }

  close(): Promise<void> {
    return this.stack.close();
  }
}

interface StoredBackend {
  readonly type: string;
  readonly outputs: { readonly __provider?: string };
}

/** The backends in a state, as the engine stores it: an empty stack has no list of resources. */
function backendsIn(state: string): readonly StoredBackend[] {
  const { checkpoint } = JSON.parse(state) as {
    readonly checkpoint: { readonly latest?: { readonly resources?: readonly StoredBackend[] } };
  };
  // The dynamic resource of the guide has a type without a name of its own.
  return (checkpoint.latest?.resources ?? []).filter(({ type }) => /:(Backend|Resource)$/.test(type));
}

/** Installs the do-nothing package into a project. */
function installFloor(project: string): void {
  const folder = join(project, "node_modules/floor");
  cpSync(join(__dirname, "floor"), folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "name": "floor", "version": "1.0.0", "main": "provider.cjs" }\n');
}

/** Copies the provider of the guide into a project, with node-fetch and a token: it does not log in. */
async function prepareGuide({ project, local, environment }: Stack): Promise<void> {
  cpSync(join(__dirname, "guide.cjs"), join(project, "guide.cjs"));
  symlinkSync(dirname(require.resolve("node-fetch/package.json")), join(project, "node_modules/node-fetch"));
  const answer = await fetch(local.endpoint, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: controlDocuments.login, variables: local.accounts[0] }),
  });
  const { data } = (await answer.json()) as { readonly data: { readonly login: { readonly token: string } } };
  environment["DGRAPHCLOUD_TOKEN"] = data.login.token;
}
