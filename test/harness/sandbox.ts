import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { engineVersions } from "../../tools/engine";
import type { Supply } from "../../tools/tool";
import { makeTemporaryFolder, removeFolder } from "./folders";

/** A temporary folder for fake executables, which only print a version. */
export class Sandbox {
  readonly folder = makeTemporaryFolder("tools");
  readonly cache = join(this.folder, "cache");
  readonly said: string[] = [];

  readonly say = (line: string): void => {
    this.said.push(line);
  };

  /** An environment in which only these folders are on PATH. */
  environment(...folders: readonly string[]): NodeJS.ProcessEnv {
    const path = folders.map((folder) => join(this.folder, folder)).join(":");
    return { PATH: path, DGRAPHCLOUD_TOOLS_CACHE: this.cache };
  }

  /** Writes an executable shell script. */
  script(path: string, text: string): string {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `#!/bin/sh\n${text}\n`);
    chmodSync(file, 0o755);
    return file;
  }

  pulumi(folder: string, version: string): string {
    return this.script(join(folder, "pulumi"), `echo v${version}`);
  }

  /** Fakes of the language host and of the plugin that runs dynamic providers. */
  languageHost(folder: string): string {
    this.script(join(folder, "pulumi-resource-pulumi-nodejs"), "exit 0");
    return this.script(join(folder, "pulumi-language-nodejs"), "exit 0");
  }

  /** A supply of fake engines, which counts how often it is used. */
  supply(
    version: string = engineVersions.newest,
    source: Supply["source"] = "build",
  ): Supply & { readonly asked: () => number } {
    let asked = 0;
    return {
      source,
      remedy: `remedy of ${source}`,
      asked: () => asked,
      bring: (into) => {
        asked += 1;
        writeScript(join(into, "pulumi"), `echo v${version}`);
        writeScript(join(into, "pulumi-language-nodejs"), "exit 0");
        writeScript(join(into, "pulumi-resource-pulumi-nodejs"), "exit 0");
        return Promise.resolve();
      },
    };
  }

  remove(): void {
    removeFolder(this.folder);
  }
}

function writeScript(file: string, text: string): void {
  writeFileSync(file, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
}
