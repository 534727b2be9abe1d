import { expected } from "./expectations";
import { leftOutBy, type Row, rows } from "./rows";
import type { Observation } from "./observe";
import { leftOut, steps } from "./steps";

interface Line {
  readonly name: string;
  rows: number;
  passed: number;
  asked: number;
  acted: number;
  /** Requested mutations of unknown outcome, which only the user may repeat. */
  unknown: number;
  /** Requested mutations of a backend that no longer exists. */
  gone: number;
  /** Repetitions of idempotent mutations. */
  harmless: number;
  orphans: number;
  duplicates: number;
  doubleWipes: number;
  secrets: number;
}

/** The counts of the matrix, with one line per step. */
export class Table {
  private readonly lines = new Map<string, Line>();

  add(row: Row, { run, next, accepted, ...seen }: Observation, differences: readonly string[]): void {
    const { step } = row;
    const line = this.line(step.name);
    const wanted = expected(row);
    // A refresh requests no mutation, but its result may make the next up request one.
    const asked = step.asks === undefined ? wanted.actsNext + (wanted.actsAccepted ?? 0) : (step.times ?? 1);
    const acted = run.acts + next.acts + (accepted?.acts ?? 0);
    const surplus = Math.max(0, acted - asked);
    line.rows += 1;
    line.passed += differences.length === 0 ? 1 : 0;
    line.asked += asked;
    const isHarmless = step.kind === "repeatable" || step.asks === "updateGQLSchema";
    line.acted += acted - (isHarmless ? surplus : 0);
    line.harmless += isHarmless ? surplus : 0;
    const missing = Math.max(0, asked - acted);
    line.unknown += wanted.recorded === "unknown" ? missing : 0;
    line.gone += row.kind.family === "vanished" && wanted.recorded !== "unknown" ? missing : 0;
    line.orphans += seen.orphans.length;
    line.duplicates += seen.duplicates.length;
    line.doubleWipes += step.kind === "once" || step.asks === "restore" || step.asks === "dropData" ? surplus : 0;
    line.secrets += seen.secrets.length;
  }

  /** The sum of all steps. */
  sum(): Readonly<Line> {
    return [...this.lines.values()].reduce(added, this.blank("all"));
  }

  print(): void {
    const lines = steps.flatMap(({ name }) => this.lines.get(name) ?? []);
    const shown = [...lines, this.sum()].map(({ name, ...counts }) => [name, counts] as const);
    console.log("\nThe fault matrix\n");
    console.table(Object.fromEntries(shown));
    console.log(`${rows.length} rows. Left out by rule:`);
    for (const { because, combinations } of leftOutBy()) console.log(`  ${combinations} combinations: ${because}`);
    for (const { step, because } of leftOut) console.log(`  the step ${step}: ${because}`);
  }

  private line(name: string): Line {
    const line = this.lines.get(name) ?? this.blank(name);
    this.lines.set(name, line);
    return line;
  }

  private blank(name: string): Line {
    const counts = { rows: 0, passed: 0, asked: 0, acted: 0, unknown: 0, gone: 0, harmless: 0 };
    return { name, ...counts, orphans: 0, duplicates: 0, doubleWipes: 0, secrets: 0 };
  }
}

function added(sum: Line, line: Line): Line {
  const counts = Object.entries(line).flatMap(([name, value]) =>
    typeof value === "number" ? [[name, value + Number(sum[name as keyof Line])]] : [],
  );
  return { ...sum, ...Object.fromEntries(counts) } as Line;
}
