import type { Report } from "../resource/replays";
import { DgraphCloudError } from "../errors/errors";
import { messageOf, presentable, resourceName } from "../resource/messages";
import { clean } from "../errors/text";
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
  const what = headOf(report, (report.step === "update" ? report.unfinished : undefined) ?? outcome[report.step]);
  return new ReportedFailure(text(what, error), error, printedByHost.has(report.step) ? what : undefined);
}

/**
 * The failure of an operation that left something behind. The engine keeps the id and the properties, marks the resource
 * as unfinished, and lets the next run go on. It shows the reasons only.
 */
export function partialFailure(report: Report, error: unknown, id: string, properties: Record<string, unknown>): Error {
  const what = report.unfinished ?? (report.step === "create" ? "exists but is not ready" : "is not up to date");
  const reason = text(headOf({ ...report, id }, what), error);
  return Object.assign(new ReportedFailure(reason, error), { id, properties, reasons: [reason] });
}

/** The host prints what these throw, and the engine prints it once more. */
const printedByHost: ReadonlySet<Report["step"]> = new Set(["check", "diff", "read", "delete"]);

/** A failure with its text complete. The host prints "text: stack": with `brief`, one short line that leads to the engine's own. */
class ReportedFailure extends Error {
  override readonly name = "Error";

  constructor(
    message: string,
    cause: unknown,
    private readonly brief?: string,
  ) {
    // For whoever calls the host in its own process: the engine is sent the text alone.
    super(message, { cause });
    this.stack = brief === undefined ? message : "the error of this resource says why";
  }

  override toString(): string {
    return this.brief ?? this.message;
  }
}

function headOf({ kind, urn, id }: Report, what: string): string {
  return presentable(`${resourceName(urn, kind)}${id === undefined ? "" : ` (${clean(id)})`} ${what}`);
}

function text(what: string, error: unknown): string {
  if (error instanceof DgraphCloudError) return messageOf(what, error);
  return messageOf(what, {
    why: `unexpected: ${error instanceof Error ? error.message : "something that is no error"}`,
    next: ["Run the command again.", "If it fails again, please report this message."],
    code: "DGC901",
  });
}
