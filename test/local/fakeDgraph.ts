import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const makesCertificates = 'mkdir "$3" && cd "$3" && touch ca.crt ca.key client.local.crt client.local.key';

/** Writes a shell script to use in place of `dgraph`. It runs `cert` for `dgraph cert`, and `body` otherwise. Returns its path. */
export function fakeDgraph(folder: string, body: string, cert = makesCertificates): string {
  const executable = join(folder, "dgraph");
  const lines = ["#!/bin/sh", '[ "$1" = version ] && exit 0', `if [ "$1" = cert ]; then ${cert}; exit; fi`, body, ""];
  writeFileSync(executable, lines.join("\n"));
  chmodSync(executable, 0o755);
  return executable;
}
