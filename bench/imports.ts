import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { makeTemporaryFolder, removeFolder } from "../test/harness/folders";

const root = resolve(__dirname, "..");
const rounds = 31;

/** What a process has loaded before the import that is measured. The host of dynamic providers also maps stack traces to sources. */
const measured = {
  program: { before: ["@pulumi/pulumi"], imported: "pulumi-dgraphcloud" },
  provider: { before: ["@pulumi/pulumi", "source-map-support/register"], imported: "pulumi-dgraphcloud/provider" },
} as const;

/** How long an import took in one fresh process. On a busy machine the CPU is the better figure. */
export interface Import {
  readonly wallMs: number;
  readonly cpuMs: number;
}

export interface Imports {
  readonly program: readonly Import[];
  readonly provider: readonly Import[];
  /** Milliseconds until the plugin has printed its port, with the start of Node. */
  readonly pluginMs: readonly number[];
}

/** Measures imports in fresh processes, in turn. The first round only warms the caches of the disk. */
export async function measureImports(): Promise<Imports> {
  const folder = makeTemporaryFolder("bench");
  try {
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(root, join(folder, "node_modules/pulumi-dgraphcloud"));
    for (const name of ["@pulumi", "source-map-support"])
      symlinkSync(join(root, "node_modules", name), join(folder, "node_modules", name));
    const [program, provider, pluginMs]: [Import[], Import[], number[]] = [[], [], []];
    for (let round = 0; round <= rounds; round++) {
      program.push(importOf(folder, measured.program));
      provider.push(importOf(folder, measured.provider));
      pluginMs.push(await startMs());
    }
    return { program: program.slice(1), provider: provider.slice(1), pluginMs: pluginMs.slice(1) };
  } finally {
    removeFolder(folder);
  }
}

/** What an import adds to a process that has loaded others before. */
function importOf(folder: string, { before, imported }: (typeof measured)["program" | "provider"]): Import {
  const script = `
    ${before.map((name) => `require("${name}");`).join("")}
    const [cpu, wall] = [process.cpuUsage(), performance.now()];
    require("${imported}");
    const wallMs = performance.now() - wall;
    const { user, system } = process.cpuUsage(cpu);
    console.log(JSON.stringify({ wallMs, cpuMs: (user + system) / 1_000 }));
    process.exit();`;
  return JSON.parse(execFileSync(process.execPath, ["-e", script], { cwd: folder, encoding: "utf8" })) as Import;
}

/** Milliseconds until the plugin listens. The engine whose address it gets does not exist: the plugin calls it only to log. */
async function startMs(): Promise<number> {
  const began = performance.now();
  const plugin = spawn(process.execPath, [join(root, "plugin/pulumi-resource-dgraphcloud"), "127.0.0.1:1"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    for await (const line of createInterface(plugin.stdout)) {
      if (!/^\d+$/.test(line)) throw new Error(`the plugin printed this instead of its port: ${line}`);
      return performance.now() - began;
    }
    throw new Error("the plugin ended before it listened");
  } finally {
    plugin.kill("SIGKILL");
  }
}
