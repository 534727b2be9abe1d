import { execFileSync } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";

/** Names the program when neither an option nor a flag does. */
export const dgraphVariable = "DGRAPHCLOUD_LOCAL_DGRAPH";

// What the local cloud bridges between the database and the service was measured on this one.
const major = "25";

/** Where the `dgraph` program is; throws with the ways to have one. */
export function findDgraph(given: string | undefined, environment: NodeJS.ProcessEnv = process.env): string {
  const named = given ?? environment[dgraphVariable];
  if (named !== undefined && named !== "") {
    if (isExecutable(resolve(named))) return ofThisVersion(resolve(named));
    throw new Error(
      `${named} is no program that can be run: name the dgraph program with --dgraph or ${dgraphVariable}`,
    );
  }
  const found = (environment["PATH"] ?? "")
    .split(delimiter)
    // An empty one is the folder one happens to be in, which may be somebody else's project.
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, "dgraph"))
    .find(isExecutable);
  if (found !== undefined) return ofThisVersion(resolve(found));
  throw new Error(
    `there is no dgraph on PATH: install Dgraph 25, or name the program with --dgraph or ${dgraphVariable}, or use --engine memory; in a checkout of the repository, npm run local builds it`,
  );
}

/** Another version ends in complaints about settings that it does not know. One that tells no number may be a build of one's own. */
function ofThisVersion(file: string): string {
  const [, version] = /Dgraph version *: *v?(\d[\w.-]*)/.exec(versionText(file)) ?? [];
  if (version === undefined || version.split(".")[0] === major) return file;
  throw new Error(
    `${file} is Dgraph ${version}, and the local cloud needs Dgraph ${major}: name another with --dgraph or ${dgraphVariable}, or use --engine memory`,
  );
}

function versionText(file: string): string {
  try {
    return execFileSync(file, ["version"], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], timeout: 20_000 });
  } catch {
    return "";
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
