import { chmodSync, cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { prepareEngine } from "../tools/engine";
import { Stack, stackName } from "../test/harness/engineStack";
import { providerCommand } from "../test/harness/processes";

export const candidateNames = ["floor", "ours", "plugin"] as const;
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
  static async start(name: CandidateName, size: number, folder: string): Promise<Candidate> {
    const engine = await prepareEngine();
    const [pulumi, usageFile] = [join(folder, "pulumi"), join(folder, "usage.json")];
    const measured = ["python3", join(__dirname, "usage.py"), usageFile, providerCommand.source, engine.pulumi];
    writeFileSync(pulumi, `#!/bin/sh\nexec ${measured.map((part) => `'${part}'`).join(" ")} "$@"\n`);
    chmodSync(pulumi, 0o755);
    const stack = await Stack.start({ provisioningMs: 0 }, { ...engine, pulumi });
    stack.use(name === "plugin" ? "plugin" : "dynamic");
    if (name === "floor") installFloor(stack.project);
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

  /** How many backends the local cloud has. */
  backends(): number {
    return this.stack.local.cloud.allBackends().length;
  }

  /** The state as the engine stores it, in bytes, and the bytes of the text that loads the provider of one resource. */
  stateBytes(): { readonly state: number; readonly provider: number } {
    const file = join(this.stack.folder, "state/.pulumi/stacks/test", `${stackName}.json`);
    const text = readFileSync(file, "utf8");
    const provider = /"__provider": ?("(?:[^"\\]|\\.)*")/.exec(text)?.[1];
    return {
      state: Buffer.byteLength(text),
      provider: provider === undefined ? 0 : Buffer.byteLength(JSON.parse(provider) as string),
    };
  }

  close(): Promise<void> {
    return this.stack.close();
  }
}

/** Installs the do-nothing package into a project. */
function installFloor(project: string): void {
  const folder = join(project, "node_modules/floor");
  cpSync(join(__dirname, "floor"), folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "name": "floor", "version": "1.0.0", "main": "provider.cjs" }\n');
}
