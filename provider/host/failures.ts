import { pointerTo } from "../codes";
import { DgraphCloudError } from "../errors";
import { scrub } from "../secrets";
import { clean } from "../text";

/** Which operation on which resource a message is about. */
export interface Report {
  readonly kind: string;
  /** What the resource says of one that failed half-way. */
  readonly unfinished?: string | undefined;
  readonly step: "check" | "diff" | "create" | "read" | "update" | "delete";
  readonly urn: string | undefined;
  readonly id: string | undefined;
}

const outcome = {
  check: "could not be checked",
  diff: "cannot be compared with its state",
  create: "was not created",
  read: "could not be read",
  update: "was not updated",
  delete: "was not deleted",
} as const;

export function reportOf(
  { kind, unfinished }: { readonly kind: string; readonly unfinished?: string },
  step: Report["step"],
  values: Readonly<Record<string, unknown>>,
  id?: string,
): Report {
  const urn = values["__urn"];
  return { kind, unfinished, step, urn: typeof urn === "string" ? urn : undefined, id };
}

/** The failure as the engine prints it: what, why, what to do next, and where more is said; no stack, no secret. */
export function asError(report: Report, error: unknown): Error {
  if (error instanceof ReportedFailure) return error;
  const what = report.step === "update" ? report.unfinished : undefined;
  return new ReportedFailure(text(report, error, what ?? outcome[report.step]), error);
}

/**
 * The failure of an operation that left something behind. The engine keeps the id and the properties, marks the resource
 * as unfinished, and lets the next run go on. It shows the reasons only.
 */
export function partialFailure(report: Report, error: unknown, id: string, properties: Record<string, unknown>): Error {
  const reason = text(
    { ...report, id },
    error,
    report.unfinished ?? (report.step === "create" ? "exists but is not ready" : "is not up to date"),
  );
  return Object.assign(new ReportedFailure(reason, error), { id, properties, reasons: [reason] });
}

/** A failure with its text complete. */
class ReportedFailure extends Error {
  override readonly name = "Error";

  constructor(message: string, cause: unknown) {
    // For whoever calls the host in its own process: the engine is sent the text alone.
    super(message, { cause });
    // The host prints "text: stack" of what check, diff, read and delete throw: together they make the message once more.
    this.stack = message.split("\n").slice(1).join("\n");
  }

  override toString(): string {
    return this.message.split("\n")[0] ?? "";
  }
}

function text({ kind, urn, id }: Report, error: unknown, what: string): string {
  const name = urn === undefined ? "" : ` "${clean(urn.split("::").at(-1) ?? urn)}"`;
  const { why, next, code } =
    error instanceof DgraphCloudError
      ? error
      : {
          why: `unexpected: ${error instanceof Error ? error.message : "something that is no error"}`,
          next: "Run the command again; if it stays so, please report this message.",
          code: "DGC901" as const,
        };
  const lines = [
    `${kind}${name}${id === undefined ? "" : ` (${clean(id)})`} ${what}: ${why}`,
    next,
    `See ${pointerTo(code)}`,
  ];
  return lines.map(presentable).join("\n");
}

/** One line that a terminal may be given: names and messages of the service stand in our texts. */
export function presentable(text: string): string {
  return clean(scrub(text));
}
