import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Writes a program that stands for `dgraph`; gives its path. */
export function standIn(folder: string, body: string): string {
  const executable = join(folder, "dgraph");
  writeFileSync(executable, `#!/bin/sh\n[ "$1" = version ] && exit 0\n${body}\n`);
  chmodSync(executable, 0o755);
  return executable;
}
