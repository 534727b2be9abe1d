import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { prepareVersitygw } from "../../tools/versitygw";
import { pause } from "./clocks";
import { makeTemporaryFolder, removeFolder } from "./folders";

const startsWithinMs = 30_000;
const pollMs = 50;
const attempts = 3;

const running = new Set<ChildProcess>();

process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** A server with the API of S3 on a loopback port, with one bucket. Its objects are files in a temporary folder. */
export class ObjectStore {
  readonly bucket = "backups";
  private output = "";

  private constructor(
    private readonly folder: string,
    /** Its host and port. */
    readonly host: string,
    /** The keys that it accepts. */
    readonly keys: { readonly accessKey: string; readonly secretKey: string },
    private readonly child: ChildProcess,
  ) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (chunk: Buffer) => {
        this.output += chunk.toString();
      });
  }

  static async start(keys = { accessKey: "local-access-key", secretKey: "local-secret-key" }): Promise<ObjectStore> {
    const { executable } = await prepareVersitygw();
    for (let attempt = 1; ; attempt++) {
      const store = ObjectStore.launch(executable, await freePort(), keys);
      try {
        await store.whenReady();
        return store;
      } catch (error) {
        await store.close();
        // Another process may take the port before the server does.
        if (attempt === attempts) throw error;
      }
    }
  }

  private static launch(executable: string, port: number, keys: ObjectStore["keys"]): ObjectStore {
    const folder = makeTemporaryFolder("objects");
    const host = `127.0.0.1:${port}`;
    const data = join(folder, "data");
    mkdirSync(join(data, "backups"), { recursive: true });
    // Not every file system of a temporary folder has the extended attributes that it would use otherwise.
    const sidecar = join(folder, "sidecar");
    mkdirSync(sidecar);
    const child = spawn(executable, ["--port", host, "posix", "--sidecar", sidecar, data], {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
      // Every user of the machine can read arguments.
      env: { HOME: folder, ROOT_ACCESS_KEY: keys.accessKey, ROOT_SECRET_KEY: keys.secretKey },
    });
    running.add(child);
    for (const event of ["error", "exit"])
      child.once(event, () => {
        running.delete(child);
      });
    return new ObjectStore(folder, host, keys, child);
  }

  /** The location of a folder in the bucket, as Dgraph's operations take it. */
  location(folder: string): string {
    return `minio://${this.host}/${this.bucket}/${folder}?secure=false`;
  }

  /**
   * Makes a folder in which a first backup ends at once. In a new folder, Dgraph 25.4 tries for 100 seconds to move the
   * summary of the backups, which it has not closed yet.
   */
  makeFolder(folder: string): void {
    mkdirSync(this.pathOf(folder), { recursive: true });
    writeFileSync(this.pathOf(join(folder, "manifest_summary_tmp.json")), '{ "Manifests": [] }');
  }

  /** The names of all objects in a folder of the bucket. */
  objects(folder: string): string[] {
    return readdirSync(this.pathOf(folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.pathOf(folder).length + 1));
  }

  /** The file that holds an object, or the folder of many. */
  pathOf(object: string): string {
    return join(this.folder, "data", this.bucket, object);
  }

  /** What it has written about its requests. */
  get log(): string {
    return this.output;
  }

  /** Freezes it, so that its connections stay open and nothing is answered. */
  freeze(): void {
    this.child.kill("SIGSTOP");
  }

  /** Lets it go on after `freeze`. */
  thaw(): void {
    this.child.kill("SIGCONT");
  }

  /** Stops it, and removes its objects. */
  async close(): Promise<void> {
    if (running.has(this.child)) {
      const ended = new Promise((done) => this.child.once("exit", done));
      this.child.kill("SIGKILL");
      await ended;
    }
    removeFolder(this.folder);
  }

  private async whenReady(): Promise<void> {
    for (const began = Date.now(); ;) {
      if (!running.has(this.child)) throw new Error(`the object store ended: ${this.output}`);
      // It refuses a request without a signature, which shows that it answers.
      if (
        await fetch(`http://${this.host}/`).then(
          () => true,
          () => false,
        )
      )
        return;
      if (Date.now() - began > startsWithinMs) throw new Error(`the object store did not answer: ${this.output}`);
      await pause(pollMs);
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => {
        if (typeof address === "object" && address !== null) resolve(address.port);
        else reject(new Error("there is no free port"));
      });
    });
  });
}
