import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";

/** Names the program when neither an option nor a flag does. */
export const dgraphVariable = "DGRAPHCLOUD_LOCAL_DGRAPH";

/** Where the `dgraph` program is; throws with the ways to have one. */
export function findDgraph(given: string | undefined, environment: NodeJS.ProcessEnv = process.env): string {
  const named = given ?? environment[dgraphVariable];
  if (named !== undefined && named !== "") {
    if (isExecutable(resolve(named))) return resolve(named);
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
  if (found !== undefined) return resolve(found);
  throw new Error(
    `there is no dgraph on PATH: install Dgraph 25, or name the program with --dgraph or ${dgraphVariable}, or use --engine memory; in a checkout of the repository, npm run local builds it`,
  );
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
