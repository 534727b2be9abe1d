import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startLocalCloud } from "dgraphcloud-local";
import { prepareEngine } from "../../tools/engine";
import { settingsOf } from "../settings";
import { pageWith, root } from "./page";
import { drawTerminal } from "./terminal";

const engineTimeoutMs = 120_000;

/**
 * Deploys the program of a page to a local cloud, changes it as the page does, and draws what `pulumi preview --diff` prints.
 * It uses one version of the engine, because another may print a preview differently.
 */
export async function takePicture(name: string): Promise<string> {
  const { before, after, title } = pageWith(name);
  const engine = await prepareEngine({ exactly: "newest" });
  const account = { email: "dev@example.com", password: "local-password" };
  const folder = mkdtempSync(join(tmpdir(), "dgraphcloud-picture-"));
  const local = await startLocalCloud({ provisioningMs: 0, accounts: [account] });
  const project = projectIn(folder);
  const env = {
    HOME: process.env["HOME"],
    ...engine.env,
    ...settingsOf(folder, { ...account, endpoint: local.endpoint }),
  };
  const pulumi = async (...args: string[]): Promise<string> => {
    const log = join(folder, "output");
    // Both streams go to one file, so that a warning stays above the resource that it is about.
    const file = openSync(log, "w");
    const options = { cwd: project, env, timeout: engineTimeoutMs };
    const child = spawn(engine.pulumi, [...args, "--non-interactive"], { ...options, stdio: ["ignore", file, file] });
    const [code] = (await once(child, "close")) as [number | null];
    closeSync(file);
    const output = readFileSync(log, "utf8");
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")} failed with exit code ${String(code)}:\n${output}`);
    return output;
  };
  const write = (program: string): void => {
    writeFileSync(join(project, "index.js"), `const dgraphcloud = require("pulumi-dgraphcloud");\n${program}`);
  };
  try {
    // The page's program uses this backend by its uid, 0x42, and does not declare it.
    await local.cloud.createDeployment(account, { name: "staging", zone: "us-east-1", deploymentType: "dedicated" });
    await pulumi("stack", "init", "dev");
    write(before);
    await pulumi("up", "--yes", "--skip-preview");
    write(after);
    const preview = await pulumi("preview", "--diff", "--color", "always");
    return drawTerminal(`$ pulumi preview --diff\n${preview}`, title);
  } finally {
    await local.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A project in which this package is installed. */
function projectIn(folder: string): string {
  const project = join(folder, "project");
  const modules = join(project, "node_modules");
  mkdirSync(join(folder, "state"));
  mkdirSync(join(modules, "@pulumi"), { recursive: true });
  symlinkSync(root, join(modules, "pulumi-dgraphcloud"));
  symlinkSync(join(root, "node_modules", "@pulumi", "pulumi"), join(modules, "@pulumi", "pulumi"));
  writeFileSync(join(project, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
  writeFileSync(join(project, "package.json"), '{ "name": "shop", "main": "index.js" }\n');
  return project;
}
