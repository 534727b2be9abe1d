#!/usr/bin/env node
import { complain, unusable } from "./command";
import { summary } from "./summary";

const args = process.argv.slice(2);

if (args.includes("--help")) {
  process.stdout.write(summary.usage);
} else {
  summary.run(args).then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      const problem = summary.problemOf(error);
      if (problem === undefined) throw error;
      complain(summary.name, problem);
      process.exitCode = unusable;
    },
  );
}
