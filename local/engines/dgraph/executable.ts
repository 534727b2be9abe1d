import { execFileSync } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";

/** The program, unless an option or a flag names one. */
export const dgraphVariable = "DGRAPHCLOUD_LOCAL_DGRAPH";

// The workarounds of the local cloud for this version were tested on it alone.
const major = "25";

/** Finds the `dgraph` program. The error says how to get one. */
export function findDgraph(given: string | undefined, environment: NodeJS.ProcessEnv = process.env): string {
  const named = given ?? environment[dgraphVariable];
  if (named !== undefined && named !== "") {
    if (isExecutable(resolve(named))) return checkedVersion(resolve(named));
    throw new Error(
      `${named} is not an executable program: name the dgraph program with --dgraph or ${dgraphVariable}`,
    );
  }
  const found = (environment["PATH"] ?? "")
    .split(delimiter)
    // An empty entry means the working directory, which may hold somebody else's program.
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, "dgraph"))
    .find(isExecutable);
  if (found !== undefined) return checkedVersion(resolve(found));
  throw new Error(
    `there is no dgraph on PATH: install Dgraph 25, or name the program with --dgraph or ${dgraphVariable}, or use --engine memory; in a checkout of the repository, npm run local builds it`,
  );
}

/** Refuses other versions, which would fail on unknown settings. A program without a version number may be the user's own build. */
function checkedVersion(file: string): string {
  const [, version] = /Dgraph version *: *v?(\d[\w.-]*)/.exec(versionOutput(file)) ?? [];
  if (version === undefined || version.split(".")[0] === major) return file;
  throw new Error(
    `${file} is Dgraph ${version}, and the local cloud needs Dgraph ${major}: name another program with --dgraph or ${dgraphVariable}, or use --engine memory`,
  );
}

function versionOutput(file: string): string {
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
