import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Account, type LocalCloud, startLocalCloud } from "dgraphcloud-local";
import { prepareEngine } from "../../tools/engine";
import { settingsOf } from "../settings";
import { drawComment } from "./comment";
import { changeAbove, pageWith, type PictureName, root } from "./page";
import * as pullRequest from "./pullRequest";
import { drawTerminal, textOf } from "./terminal";

const engineTimeoutMs = 120_000;

/** A picture, and the text that its page shows below it. */
export interface Picture {
  readonly svg: string;
  readonly text: string;
}

const takes: Readonly<Record<PictureName, (shop: Shop) => Promise<Picture>>> = {
  preview: takePreview,
  summary: takeSummary,
};

/** Makes a picture from a real run. It uses one version of the engine, because another may print a preview differently. */
export async function takePicture(name: PictureName): Promise<Picture> {
  const engine = await prepareEngine({ exactly: "newest" });
  const account = { email: "dev@example.com", password: "local-password" };
  const folder = mkdtempSync(join(tmpdir(), "dgraphcloud-picture-"));
  const local = await startLocalCloud({ provisioningMs: 0, accounts: [account] });
  const environment = {
    HOME: process.env["HOME"],
    ...engine.env,
    ...settingsOf(folder, { ...account, endpoint: local.endpoint }),
  };
  try {
    return await takes[name](new Shop(local, account, folder, engine.pulumi, environment));
  } finally {
    await local.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Deploys the program of a page, changes it as the page does, and draws what `pulumi preview --diff` prints. */
async function takePreview(shop: Shop): Promise<Picture> {
  const { before, after } = changeAbove("preview");
  const { title } = pageWith("preview");
  // The page's program uses this backend by its uid, 0x42, and does not declare it.
  await shop.addBackend("staging");
  await shop.pulumi("stack", "init", "dev");
  shop.write(before);
  await shop.pulumi("up", "--yes", "--skip-preview");
  shop.write(after);
  const preview = await shop.pulumi("preview", "--diff", "--color", "always");
  const svg = drawTerminal(`$ pulumi preview --diff\n${preview}`, title);
  return { svg, text: textOf(svg) };
}

/** Deploys a program, adds data, changes the program, and draws the comment that `pulumi-dgraphcloud summary --data` writes. */
async function takeSummary(shop: Shop): Promise<Picture> {
  const { title } = pageWith("summary");
  // The program uses this backend by its uid, 0x42, and does not declare it.
  await shop.addBackend("staging");
  await shop.pulumi("stack", "init", "production");
  shop.write(pullRequest.before);
  await shop.pulumi("up", "--yes", "--skip-preview");
  const backupAt = new Date(await pullRequest.addData(shop.local)).toISOString().replace(/\.\d+Z$/, "Z");
  shop.write(pullRequest.after);
  const preview = join(shop.folder, "preview.json");
  writeFileSync(preview, await shop.printed(shop.engine, "preview", "--json", "--non-interactive"));
  const command = join(root, "dist", "cli", "index.js");
  const comment = await shop.printed(process.execPath, command, "summary", preview, "--data");
  // The only time in it, which would change with each run.
  const text = comment.replaceAll(backupAt, pullRequest.shownBackupAt);
  return { svg: drawComment(text, title), text };
}

/** A project on a local cloud, in which this package is installed. */
class Shop {
  private readonly project: string;

  constructor(
    readonly local: LocalCloud,
    private readonly account: Account,
    readonly folder: string,
    readonly engine: string,
    private readonly environment: NodeJS.ProcessEnv,
  ) {
    this.project = join(folder, "project");
    const modules = join(this.project, "node_modules");
    mkdirSync(join(folder, "state"));
    mkdirSync(join(modules, "@pulumi"), { recursive: true });
    symlinkSync(root, join(modules, "pulumi-dgraphcloud"));
    symlinkSync(join(root, "node_modules", "@pulumi", "pulumi"), join(modules, "@pulumi", "pulumi"));
    writeFileSync(join(this.project, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
    writeFileSync(join(this.project, "package.json"), '{ "name": "shop", "main": "index.js" }\n');
  }
  /** A backend that the program does not declare. */
  async addBackend(name: string): Promise<void> {
    const backend = { name, zone: "us-east-1", deploymentType: "dedicated", deploymentMode: "flexible" };
    await this.local.cloud.createDeployment(this.account, backend);
  }

  write(program: string): void {
    writeFileSync(join(this.project, "index.js"), `const dgraphcloud = require("pulumi-dgraphcloud");\n${program}`);
  }

  /** Runs the engine; gives all that it printed. */
  async pulumi(...args: string[]): Promise<string> {
    const log = join(this.folder, "output");
    // Both streams go to one file, so that a warning stays above the resource that it is about.
    const file = openSync(log, "w");
    const options = { cwd: this.project, env: this.environment, timeout: engineTimeoutMs };
    const child = spawn(this.engine, [...args, "--non-interactive"], { ...options, stdio: ["ignore", file, file] });
    const [code] = (await once(child, "close")) as [number | null];
    closeSync(file);
    const output = readFileSync(log, "utf8");
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")} failed with exit code ${String(code)}:\n${output}`);
    return output;
  }

  /** Runs a program; gives what it printed on standard output. */
  async printed(program: string, ...args: string[]): Promise<string> {
    const options = { cwd: this.project, env: this.environment, timeout: engineTimeoutMs, maxBuffer: Infinity };
    return (await promisify(execFile)(program, args, options)).stdout;
  }
}
