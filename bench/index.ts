import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { candidateNames, type CandidateName } from "./candidates";
import { type Figures, isMet, limitsOf } from "./figures";
import { measureOperations, type Sample } from "./operations";
import { reportOf } from "./report";

const usage = `npm run bench -- [--sizes 1,10,100] [--candidates ${candidateNames.join(",")}] [--rounds 3] [--json FILE]`;

/** Measures what a run of Pulumi costs with this package, compared with a provider that does nothing. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      sizes: { type: "string", default: "1,10,100" },
      candidates: { type: "string", default: candidateNames.join(",") },
      rounds: { type: "string", default: "3" },
      json: { type: "string" },
    },
  });
  const sizes = values.sizes.split(",").map(positive);
  const candidates = values.candidates.split(",").map(candidateOf);
  const samples: Sample[] = [];
  for (const size of sizes) samples.push(...(await measureOperations(size, positive(values.rounds), candidates)));
  const figures: Figures = { machine: machine(), samples };
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(figures, undefined, 2)}\n`);
  console.log(reportOf(figures));
  if (!limitsOf(figures).every(isMet)) process.exitCode = 1;
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`"${text}" is not a whole number of 1 or more\n${usage}`);
  return value;
}

function candidateOf(text: string): CandidateName {
  const name = candidateNames.find((one) => one === text);
  if (name === undefined) throw new Error(`there is no candidate "${text}"\n${usage}`);
  return name;
}

function machine(): string {
  const [processor] = cpus();
  return `${cpus().length} × ${processor?.model ?? "an unknown processor"}, Node ${process.versions.node}`;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
