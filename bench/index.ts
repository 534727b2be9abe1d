import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { type EngineAge, engineVersions } from "../tools/engine";
import { candidateNames } from "./candidates";
import { type Figures, isMet, limitsOf } from "./figures";
import { measureImports } from "./imports";
import { measureOperations, type Sample } from "./operations";
import { writePage } from "./page";
import { reportOf } from "./report";
import { measureWaitingShares, measureWaits } from "./waits";

const partNames = ["operations", "imports", "waits"] as const;

const usage = `npm run bench -- [--sizes 1,10,100] [--candidates ${candidateNames.join(",")}] [--rounds 3]
                [--engine newest|oldest] [--parts ${partNames.join(",")}] [--json FILE] [--write-docs] [--from FILE]

  --sizes        numbers of backends: 1000 takes about an hour
  --candidates   what is compared
  --rounds       how often each operation is measured
  --engine       the engine that runs them: the newest one, or the oldest that the tests run on
  --parts        what is measured: waits take eleven minutes
  --json         writes the figures to a file
  --write-docs   writes the tables and the chart into docs/performance.md
  --from         measures nothing: takes the figures from such a file`;

/** Measures what this package costs, compared with a provider that does nothing and with one as Pulumi's guide shows it. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      sizes: { type: "string", default: "1,10,100" },
      candidates: { type: "string", default: candidateNames.join(",") },
      rounds: { type: "string", default: "3" },
      engine: { type: "string", default: "newest" },
      parts: { type: "string", default: partNames.join(",") },
      json: { type: "string" },
      "write-docs": { type: "boolean", default: false },
      from: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const figures =
    values.from === undefined ? await measure(values) : (JSON.parse(readFileSync(values.from, "utf8")) as Figures);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(figures, undefined, 2)}\n`);
  if (values["write-docs"]) writePage(figures);
  console.log(reportOf(figures));
  if (!limitsOf(figures).every(isMet)) process.exitCode = 1;
}

async function measure(
  given: Record<"sizes" | "candidates" | "rounds" | "engine" | "parts", string>,
): Promise<Figures> {
  const sizes = given.sizes.split(",").map(positive);
  const candidates = given.candidates.split(",").map((name) => oneOf(candidateNames, name));
  const rounds = positive(given.rounds);
  const engine = oneOf(Object.keys(engineVersions) as EngineAge[], given.engine);
  const parts = given.parts.split(",").map((name) => oneOf(partNames, name));
  const samples: Sample[] = [];
  if (parts.includes("operations"))
    for (const size of sizes) samples.push(...(await measureOperations(size, rounds, { names: candidates, engine })));
  const imports = parts.includes("imports") ? await measureImports() : undefined;
  const waits = parts.includes("waits")
    ? {
        single: await measureWaits(),
        shares: await measureWaitingShares(),
      }
    : undefined;
  return { machine: machine(engine), date: new Date().toISOString().slice(0, 10), samples, imports, waits };
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`"${text}" is not a whole number of 1 or more\n\n${usage}`);
  return value;
}

function oneOf<Name extends string>(names: readonly Name[], text: string): Name {
  const name = names.find((one) => one === text);
  if (name === undefined) throw new Error(`"${text}" is none of ${names.join(", ")}\n\n${usage}`);
  return name;
}

function machine(engine: EngineAge): string {
  const [processor] = cpus();
  return `${cpus().length} × ${processor?.model ?? "an unknown processor"}, Node ${process.versions.node}, Pulumi ${engineVersions[engine]}`;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
