import { parseArgs } from "node:util";
import fc from "fast-check";
import { play } from "./play";
import { histories } from "./steps";
import { Tally } from "./tally";

/** The number of runs with the same seed, which limits the time to reproduce a counterexample. */
const runsPerSeed = 50;

const help = `Usage: npm run soak -- [--minutes N] [--runs N] [--seed N]

Plays random histories against the local cloud until the time is over or so many are done (default: 10 minutes), and prints what
was asked, what acted, and every counterexample with its seed.
`;

async function soak(): Promise<number> {
  const { values } = parseArgs({
    options: {
      minutes: { type: "string" },
      runs: { type: "string" },
      seed: { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values.help === true) {
    process.stdout.write(help);
    return 0;
  }
  const wanted = values.runs === undefined ? Number.POSITIVE_INFINITY : Number(values.runs);
  const minutes = Number(values.minutes ?? (values.runs === undefined ? 10 : Number.POSITIVE_INFINITY));
  if (Number.isNaN(wanted) || Number.isNaN(minutes)) throw new Error(help);
  const end = Date.now() + minutes * 60_000;
  const first = Number(values.seed ?? Date.now() % 2 ** 31);
  const tally = new Tally();
  let counterexamples = 0;
  let done = 0;
  for (let seed = first; done < wanted && Date.now() < end; seed++) {
    const numRuns = Math.min(runsPerSeed, wanted - done);
    const property = fc.asyncProperty(histories, (history) => play(history, tally));
    const result = await fc.check(property, { numRuns, seed });
    done += result.numRuns;
    if (result.failed) {
      counterexamples += 1;
      console.log(fc.defaultReportMessage(result), result.errorInstance);
    }
    console.log(`seed ${seed}: ${done} runs done, ${counterexamples} counterexamples`);
  }
  report(tally, done, counterexamples);
  return counterexamples === 0 ? 0 : 1;
}

function report(tally: Tally, done: number, counterexamples: number): void {
  const operations = ["createDeployment", "deleteDeployment", "restore", "dropData"];
  console.table(
    Object.fromEntries(
      operations.map((operation) => [
        operation,
        {
          asked: tally.of(`${operation} asked`),
          acted: tally.of(`${operation} acted`),
          "acted, nobody left to hear it": tally.of(`${operation} acted unheard`),
        },
      ]),
    ),
  );
  const rest = tally.entries.filter(([what]) => !operations.some((operation) => what.startsWith(operation)));
  console.log(rest.map(([what, times]) => `${what}: ${times}`).join("\n"));
  console.log(`${done} runs done, ${counterexamples} counterexamples`);
}

soak().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
