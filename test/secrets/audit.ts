import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Cloud } from "dgraphcloud-local";
import type { Stack } from "../engine/stack";
import { Canaries, type Sighting } from "./canaries";
import { Watch } from "./watch";

/** Knows every secret that a stack's local cloud hands out, and looks for them in whatever the stack's runs leave anywhere. */
export class Audit {
  readonly canaries = new Canaries();
  /** Called with the URL of each export that is made. */
  onExport: ((url: string) => void) | undefined;
  private readonly watch: Watch;

  /** From now on the runs have a folder of their own for temporary files, and tell of every request. */
  constructor(private readonly stack: Stack) {
    const temporary = join(stack.folder, "tmp");
    mkdirSync(temporary);
    Object.assign(stack.environment, { TMPDIR: temporary, DGRAPHCLOUD_LOG: "debug" });
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
      this.followExports(made.uid);
      return made;
    };
    cloud.rotateToken = (uid) => {
      const token = Cloud.prototype.rotateToken.apply(cloud, [uid]);
      this.canaries.add("a token of a backend", token);
      return token;
    };
    this.watch = new Watch(this.canaries, stack.folder, (path) => path.endsWith("node_modules"));
  }

  in(text: string, where: string): Sighting[] {
    return this.canaries.in(text, where);
  }

  /** Ends the look at files and processes, and tells what there was to look at and what was found. */
  stop(): Pick<Watch, "seen" | "sightings"> {
    this.watch.stop();
    return this.watch;
  }

  private followExports(uid: string): void {
    const backend = this.stack.local.cloud.get(uid);
    const make = backend.export.bind(backend);
    backend.export = async () => {
      const paths = await make();
      for (const path of paths) this.canaries.add("the URL of an export", path);
      this.onExport?.(`http://${backend.deployment.url}${paths[0] ?? ""}`);
      return paths;
    };
  }
}
