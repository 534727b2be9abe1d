import { candidateNames } from "./candidates";
import { count, cpu, type Figures, growthOf, isMet, limitsOf, medianOf, ratioOf } from "./figures";
import { operationNames, type Sample } from "./operations";

/** The tables of a run in Markdown, each with a heading. */
export function reportOf(figures: Figures): string {
  const { samples } = figures;
  const sizes = [...new Set(samples.map(({ size }) => size))].sort((one, other) => one - other);
  return [
    `Measured on ${figures.machine}.`,
    ...sizes.flatMap((size) => operationTables(samples, size)),
    ...(sizes.includes(100) && sizes.includes(1000) ? growthTable(samples) : []),
    "### Limits",
    table(
      ["limit", "measured", "at most", "met"],
      limitsOf(figures).map((limit) => [
        limit.what,
        limit.measured.toFixed(2),
        String(limit.most),
        isMet(limit) ? "yes" : "**no**",
      ]),
    ),
  ].join("\n\n");
}

/** Decides how the columns of a table look: with a figure for each candidate, in this unit. */
type Column = readonly [heading: string, cell: (wanted: Partial<Sample>) => string];

function operationTables(samples: readonly Sample[], size: number): string[] {
  const names = candidateNames.filter((name) => samples.some((one) => one.size === size && one.candidate === name));
  const figure = (of: (sample: Sample) => number, digits: number) => (wanted: Partial<Sample>) =>
    medianOf(samples, wanted, of).toFixed(digits);
  const columns: readonly Column[] = [
    ["CPU s", figure(cpu, 2)],
    [
      "× floor",
      (wanted) => {
        const ratio = ratioOf(samples, wanted, "floor", cpu);
        return Number.isNaN(ratio) ? "" : ratio.toFixed(2);
      },
    ],
    ["wall s", figure(({ wallSeconds }) => wallSeconds, 1)],
    ["provider MB", figure(({ peakKb }) => peakKb / 1_024, 0)],
    ["requests", figure(({ requests }) => requests, 0)],
    ["lists", figure(({ lists }) => lists, 0)],
    ["log-ins", figure(({ logins }) => logins, 0)],
    ["state KB", figure(({ stateBytes }) => stateBytes / 1_024, 1)],
    ["bytes of `__provider`", figure(({ providerBytes }) => providerBytes, 0)],
  ];
  const rows = operationNames.flatMap((operation) =>
    names.map((candidate) => [
      operation,
      candidate,
      ...columns.map(([, cell]) => cell({ size, operation, candidate })),
    ]),
  );
  const heading = size === 1 ? "One backend" : `${count(size)} backends`;
  return [`### ${heading}`, table(["operation", "candidate", ...columns.map(([name]) => name)], rows)];
}

function growthTable(samples: readonly Sample[]): string[] {
  const names = candidateNames.filter((name) => samples.some(({ candidate }) => candidate === name));
  const rows = operationNames.map((operation) => [
    operation,
    ...names.map((candidate) => growthOf(samples, operation, candidate).toFixed(2)),
  ]);
  return ["### Growth from 100 to 1,000 backends, as a multiple of the CPU", table(["operation", ...names], rows)];
}

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(headings), line(headings.map(() => "---")), ...rows.map(line)].join("\n");
}
