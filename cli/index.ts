#!/usr/bin/env node
import { type Command, complain, unusable } from "./command";
import { importFile } from "./importFile";
import { summary } from "./summary";

const [first, ...others] = process.argv.slice(2);
if (process.argv.includes("--help")) {
  const asked = [summary, importFile].filter(({ name }) => name === first);
  process.stdout.write((asked.length > 0 ? asked : [summary, importFile]).map(({ usage }) => usage).join("\n"));
} else if (first === importFile.name) run(importFile, others);
else run(summary, process.argv.slice(2));

function run(command: Command, args: readonly string[]): void {
  command.run(args).then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      const problem = command.problemOf(error);
      if (problem === undefined) throw error;
      complain(command.name, problem);
      process.exitCode = unusable;
    },
  );
}
