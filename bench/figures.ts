import type { HostName } from "../test/harness/testedHost";
import type { CandidateName } from "./candidates";
import type { Imports } from "./imports";
import { type OperationName, operationNames, type Sample } from "./operations";
import type { MeasuredWait } from "./waits";

/** Everything that one run of the benchmark measured: what `--json` writes. */
export interface Figures {
  readonly machine: string;
  readonly date: string;
  readonly samples: readonly Sample[];
  readonly imports: Imports | undefined;
  readonly waits:
    | {
        readonly single: readonly MeasuredWait[];
        /** Share of one core that the provider process of each host uses for 64 waits. */
        readonly shares: Readonly<Record<HostName, number>>;
      }
    | undefined;
}

/** A limit that a figure must keep. Benchmarks are no tests: a missed one is printed, and makes the exit code 1. */
export interface Limit {
  readonly what: string;
  readonly measured: number;
  readonly most: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const [below = NaN, above = NaN] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return (below + above) / 2;
}

/** The median of a figure of an operation, over all rounds. */
export function medianOf(
  samples: readonly Sample[],
  wanted: Partial<Sample>,
  figure: (sample: Sample) => number,
): number {
  return median(select(samples, wanted).map(figure));
}

/** How a figure of a candidate compares with that of another one: the median of the ratios round by round. */
export function ratioOf(
  samples: readonly Sample[],
  wanted: Partial<Sample>,
  to: CandidateName,
  figure: (sample: Sample) => number,
): number {
  return median(
    select(samples, wanted).flatMap((sample) => {
      const { size, operation, round } = sample;
      return select(samples, { size, operation, round, candidate: to }).map((base) => figure(sample) / figure(base));
    }),
  );
}

export const cpu = ({ cpuSeconds }: Sample): number => cpuSeconds;

/** The limits that this run can check, with what it measured. */
export function limitsOf({ samples, imports, waits }: Figures): readonly Limit[] {
  return [
    ...operationLimits(samples).filter(({ measured }) => !Number.isNaN(measured)),
    ...(imports === undefined ? [] : importLimits(imports)),
    ...(waits === undefined ? [] : waitLimits(waits)),
  ];
}

/** CPU seconds of the dynamic host, as a multiple of the floor's. */
const mostOfFloor: Readonly<Record<OperationName, Readonly<Record<100 | 1000, number>>>> = {
  preview: { 100: 0.85, 1000: 0.65 },
  up: { 100: 1.05, 1000: 1.05 },
  "no-op up": { 100: 0.85, 1000: 0.65 },
  refresh: { 100: 1.1, 1000: 1.1 },
  update: { 100: 1.05, 1000: 1.05 },
  destroy: { 100: 1.1, 1000: 1.1 },
};

function operationLimits(samples: readonly Sample[]): Limit[] {
  const ours = (size: number, operation: OperationName): Partial<Sample> => ({ size, operation, candidate: "ours" });
  const toFloor = (size: number, operation: OperationName): number =>
    ratioOf(samples, ours(size, operation), "floor", cpu);
  const sizes = [100, 1000] as const;
  return [
    ...sizes.flatMap((size) =>
      operationNames.map((operation) => ({
        what: `${operation} of ${count(size)}: CPU, times the floor's`,
        measured: toFloor(size, operation),
        most: mostOfFloor[operation][size],
      })),
    ),
    ...operationNames.map((operation) => ({
      what: `${operation}: growth of the CPU from 100 to 1,000, times the floor's`,
      measured: growthOf(samples, operation, "ours") / growthOf(samples, operation, "floor"),
      most: 1,
    })),
    ...sizes.map((size) => ({
      what: `up of ${count(size)}: bytes of state, times the floor's`,
      measured: ratioOf(samples, ours(size, "up"), "floor", ({ stateBytes }) => stateBytes),
      most: 1.15,
    })),
    {
      what: "up of 1,000: lists",
      measured: medianOf(samples, ours(1000, "up"), ({ lists }) => lists),
      most: 10,
    },
    {
      what: "no-op up of 100 on the plugin: time, times that on the dynamic host",
      measured: ratioOf(
        samples,
        { size: 100, operation: "no-op up", candidate: "plugin" },
        "ours",
        ({ wallSeconds }) => wallSeconds,
      ),
      most: 0.85,
    },
  ];
}

function importLimits({ program, provider }: Imports): Limit[] {
  const wallMs = (imports: Imports["program"]): number => median(imports.map((one) => one.wallMs));
  return [
    { what: "import in a program, ms", measured: wallMs(program), most: 8 },
    { what: "import in the provider, ms", measured: wallMs(provider), most: 10 },
  ];
}

function waitLimits({ single, shares }: NonNullable<Figures["waits"]>): Limit[] {
  return [
    {
      what: "how late a wait is noticed, times the larger of 1 s and 10% of it",
      measured: Math.max(...single.map(({ seconds, lateSeconds }) => lateSeconds / Math.max(1, seconds / 10))),
      most: 1,
    },
    { what: "looks in a wait of 10 minutes", measured: Math.max(...single.map(({ looks }) => looks)), most: 60 },
    { what: "64 waits on the dynamic host, % of a core", measured: 100 * shares.dynamic, most: 1 },
    { what: "64 waits on the plugin, % of a core", measured: 100 * shares.plugin, most: 1 },
  ];
}

/** How many times the CPU of 100 backends 1,000 take. */
export function growthOf(samples: readonly Sample[], operation: OperationName, candidate: CandidateName): number {
  return (
    medianOf(samples, { size: 1000, operation, candidate }, cpu) /
    medianOf(samples, { size: 100, operation, candidate }, cpu)
  );
}

/** Whether a figure keeps its limit, in the precision in which both are printed. */
export function isMet({ measured, most }: Limit): boolean {
  return Number(measured.toFixed(2)) <= most;
}

/** A number with a comma between thousands. */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

function select(samples: readonly Sample[], wanted: Partial<Sample>): readonly Sample[] {
  const fields = Object.entries(wanted) as [keyof Sample, unknown][];
  return samples.filter((sample) => fields.every(([name, value]) => sample[name] === value));
}
