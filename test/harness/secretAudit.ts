import { lstatSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Cloud } from "dgraphcloud-local";
import type { EngineStack, Stack } from "./engineStack";
import { commandLines } from "./processes";

/** Searches for secrets in everything that runs of a stack leave behind. */
export class LeakSearch {
  readonly canaries = new Canaries();
  private readonly watcher: LeakWatcher;

  /** Gives later runs a folder of their own for temporary files, and turns on the debug log. */
  constructor(stack: Pick<EngineStack, "folder" | "environment">) {
    const temporary = join(stack.folder, "tmp");
    mkdirSync(temporary);
    Object.assign(stack.environment, { TMPDIR: temporary, DGRAPHCLOUD_LOG: "debug" });
    this.watcher = new LeakWatcher(this.canaries, stack.folder, (path) => path.endsWith("node_modules"));
  }

  leaksIn(text: string, where: string): Leak[] {
    return this.canaries.leaksIn(text, where);
  }

  /** Stops watching files and processes, and returns what was searched and what was found. */
  stop(): Pick<LeakWatcher, "seen" | "leaks"> {
    this.watcher.stop();
    return this.watcher;
  }
}

/** Records every secret that a stack's local cloud issues, and searches for them. */
export class Audit extends LeakSearch {
  /** Called with the URL of each export. */
  onExport: ((url: string) => void) | undefined;

  constructor(private readonly stack: Pick<Stack, "folder" | "environment" | "local">) {
    super(stack);
    const { accounts, cloud } = stack.local;
    for (const { email, password } of accounts) this.canaries.add(`the password of ${email}`, password);
    cloud.login = (...credentials) => {
      const token = Cloud.prototype.login.apply(cloud, credentials);
      if (token !== null) this.canaries.add("a session token", token);
      return token;
    };
    cloud.createDeployment = async (...asked) => {
      const made = await Cloud.prototype.createDeployment.apply(cloud, asked);
      this.canaries.add("a token of a backend", made.jwtToken);
      this.recordExports(made.uid);
      return made;
    };
    cloud.rotateToken = (uid) => {
      const token = Cloud.prototype.rotateToken.apply(cloud, [uid]);
      this.canaries.add("a token of a backend", token);
      return token;
    };
  }

  private recordExports(uid: string): void {
    const backend = this.stack.local.cloud.get(uid);
    const exportData = backend.export.bind(backend);
    backend.export = async () => {
      const paths = await exportData();
      for (const path of paths) this.canaries.add("the URL of an export", path);
      this.onExport?.(`http://${backend.deployment.url}${paths[0] ?? ""}`);
      return paths;
    };
  }
}

/** A place where a secret was found. */
export interface Leak {
  readonly secret: string;
  readonly where: string;
  /** The text around the secret, without the secret itself. */
  readonly context: string;
}

interface Canary {
  readonly name: string;
  readonly forms: readonly string[];
}

/** Secrets that a test has issued, and the search for each of them in every encoding that a log or a state could use. */
class Canaries {
  private readonly known = new Map<string, Canary>();

  get names(): string[] {
    return [...new Set([...this.known.values()].map(({ name }) => name))];
  }

  add(name: string, value: string): void {
    if (!this.known.has(value)) this.known.set(value, { name, forms: forms(value) });
  }

  /** Every secret that the text contains. */
  leaksIn(text: string, where: string): Leak[] {
    return [...this.known.values()].flatMap(({ name, forms: all }) => {
      const form = all.find((one) => text.includes(one));
      if (form === undefined) return [];
      const at = text.indexOf(form);
      const around = `${text.slice(Math.max(0, at - 80), at)}<here>${text.slice(at + form.length, at + form.length + 40)}`;
      return [{ secret: name, where, context: around }];
    });
  }
}

function forms(value: string): string[] {
  const inJson = JSON.stringify(value).slice(1, -1);
  const signature = /^[\w-]+\.[\w-]+\.([\w-]{20,})$/.exec(value)?.[1];
  const path = /\/export\/([0-9a-f]{32})/.exec(value)?.[1];
  return [
    ...[value, inJson, JSON.stringify(inJson).slice(1, -1), encodeURIComponent(value)],
    ...[Buffer.from(value).toString("base64"), Buffer.from(value).toString("base64url")],
    // These parts alone would give access.
    ...[signature, path].filter((part) => part !== undefined),
  ];
}

/** Searches the arguments of all processes and the files of a folder every 200 ms while an engine runs. */
class LeakWatcher {
  readonly leaks: Leak[] = [];
  /** The different command lines and files that were searched. */
  readonly seen = { commands: new Set<string>(), files: new Set<string>() };
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly canaries: Canaries,
    private readonly folder: string,
    private readonly skip: (path: string) => boolean,
  ) {
    this.timer = setInterval(() => {
      this.search();
    }, 200);
  }

  stop(): void {
    clearInterval(this.timer);
    // Search everything again: some secrets were issued after their file was searched.
    this.seen.files.clear();
    this.search();
  }

  /** Searches all command lines, and what is in the folder now. */
  search(): void {
    for (const command of commandLines()) {
      if (this.seen.commands.has(command)) continue;
      this.seen.commands.add(command);
      this.leaks.push(...this.canaries.leaksIn(command, "arguments of a process"));
    }
    this.searchFiles(this.folder);
  }

  private searchFiles(folder: string): void {
    for (const entry of list(folder)) {
      const path = join(folder, entry);
      const { directory, version } = stat(path);
      if (this.skip(path)) continue;
      if (directory) this.searchFiles(path);
      else if (version !== undefined && !this.seen.files.has(version)) {
        this.seen.files.add(version);
        this.leaks.push(...this.canaries.leaksIn(content(path), path));
      }
    }
  }
}

// A file that was listed a moment ago may have been removed since.
function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function content(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function stat(path: string): { directory: boolean; version: string | undefined } {
  try {
    const found = lstatSync(path);
    const version = found.isFile() ? `${path} ${found.mtimeMs} ${found.size}` : undefined;
    return { directory: found.isDirectory(), version };
  } catch {
    return { directory: false, version: undefined };
  }
}
