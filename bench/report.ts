import { type CandidateName, candidateNames } from "./candidates";
import { count, cpu, type Figures, growthOf, isMet, type Limit, limitsOf, median, medianOf, ratioOf } from "./figures";
import type { Imports } from "./imports";
import { operationNames, type Sample } from "./operations";
import type { MeasuredWait } from "./waits";

/** The tables of a run in Markdown, each with a heading. */
export function reportOf(figures: Figures): string {
  const { samples, imports, waits } = figures;
  const sizes = [...new Set(samples.map(({ size }) => size))].sort((one, other) => one - other);
  return [
    `Measured on ${figures.date}: ${figures.machine}.`,
    ...sizes.flatMap((size) => operationTables(samples, size)),
    ...(sizes.includes(100) && sizes.includes(1000) ? growthTable(samples) : []),
    ...(imports === undefined ? [] : importTable(imports)),
    ...(waits === undefined ? [] : waitTables(waits)),
    ...limitTable(limitsOf(figures)),
  ].join("\n\n");
}

/** The candidates that were measured with all of these sizes. */
function measuredWith(samples: readonly Sample[], ...sizes: readonly number[]): readonly CandidateName[] {
  return candidateNames.filter((name) =>
    sizes.every((size) => samples.some((one) => one.size === size && one.candidate === name)),
  );
}

/** A column of a table, and its cell for an operation of a candidate. */
type Column = readonly [heading: string, cell: (wanted: Partial<Sample>) => string];

function operationTables(samples: readonly Sample[], size: number): string[] {
  const names = measuredWith(samples, size);
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
  const names = measuredWith(samples, 100, 1000);
  const rows = operationNames.map((operation) => [
    operation,
    ...names.map((candidate) => growthOf(samples, operation, candidate).toFixed(2)),
  ]);
  return ["### Growth from 100 to 1,000 backends, as a multiple of the CPU", table(["operation", ...names], rows)];
}

function importTable({ program, provider, pluginMs }: Imports): string[] {
  const row = (what: string, imports: Imports["program"]): string[] => [
    what,
    median(imports.map(({ wallMs }) => wallMs)).toFixed(1),
    median(imports.map(({ cpuMs }) => cpuMs)).toFixed(1),
  ];
  return [
    "### Imports",
    table(
      ["what", "wall ms", "CPU ms"],
      [
        row("`pulumi-dgraphcloud` in a program", program),
        row("`pulumi-dgraphcloud/provider` in the host of dynamic providers", provider),
        ["the plugin until it listens, with the start of Node", median(pluginMs).toFixed(1), ""],
      ],
    ),
  ];
}

function waitTables({ single, shares }: NonNullable<Figures["waits"]>): string[] {
  const ranges = [
    [0, 1],
    [1, 10],
    [10, 60],
    [60, 600],
  ] as const;
  const most = (waits: readonly MeasuredWait[], of: (wait: MeasuredWait) => number): number =>
    Math.max(...waits.map(of));
  const rows = ranges.map(([above, to]) => {
    const waits = single.filter(({ seconds }) => seconds > above && seconds <= to);
    return [
      `${above} to ${to}`,
      String(waits.length),
      most(waits, ({ lateSeconds }) => lateSeconds).toFixed(2),
      most(waits, ({ lateSeconds, seconds }) => (100 * lateSeconds) / seconds).toFixed(0),
      String(most(waits, ({ looks }) => looks)),
    ];
  });
  const share = (host: keyof typeof shares): string => `${(100 * shares[host]).toFixed(2)}%`;
  return [
    "### Waits",
    table(["seconds until the backend answers", "waits", "latest by s", "latest by %", "looks until then"], rows),
    `64 waits at once use ${share("dynamic")} of a core on the dynamic host, and ${share("plugin")} on the plugin.`,
  ];
}

function limitTable(limits: readonly Limit[]): string[] {
  if (limits.length === 0) return [];
  const rows = limits.map((limit) => {
    const met = isMet(limit) ? "yes" : "**no**";
    return [limit.what, limit.measured.toFixed(2), String(limit.most), met];
  });
  return ["### Limits", table(["limit", "measured", "at most", "met"], rows)];
}

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(headings), line(headings.map(() => "---")), ...rows.map(line)].join("\n");
}
