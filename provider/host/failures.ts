import { pointerTo } from "../errors/codes";
import { DgraphCloudError } from "../errors/errors";
import { clean } from "../errors/text";
import type { Failure, Field } from "../resource/fields";
import { PartialFailure, type Step } from "../resource/hostInterface";
import { messageOf, presentable, resourceName } from "../resource/messages";
import type { Values } from "../resource/values";

const outcome = {
  check: "could not be checked",
  diff: "cannot be compared with its state",
  create: "was not created",
  read: "could not be read",
  update: "was not updated",
  delete: "was not deleted",
} as const;

/** The failure as the engine prints it: what failed, why, what to do next, and where to read more. No stack, no secret. */
export function asError(step: Step, error: unknown): Error {
  if (error instanceof ReportedFailure) return error;
  if (error instanceof PartialFailure) return partialFailure(step, error);
  const what = headOf(step, (step.name === "update" ? step.unfinished : undefined) ?? outcome[step.name]);
  return new ReportedFailure(text(what, error), error, printedByHost.has(step.name) ? what : undefined);
}

/**
 * The engine keeps the id and the properties of a partial failure, marks the resource as unfinished, and lets the next run go on. Of the
 * error it shows the reasons only.
 */
function partialFailure(step: Step, { id, outputs, cause }: PartialFailure): Error {
  const what = step.unfinished ?? (step.name === "create" ? "exists but is not ready" : "is not up to date");
  const reason = text(headOf({ ...step, id }, what), cause);
  return Object.assign(new ReportedFailure(reason, cause), { id, properties: outputs, reasons: [reason] });
}

/**
 * Adds the delegate to the properties of a partial failure. The engine's host adds it to the outputs of a success only; without it, the
 * next refresh or destroy could not load the provider.
 */
export async function keepDelegate<T>({ __provider }: Values, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { properties } = error as { properties?: Values };
    if (properties !== undefined) properties["__provider"] = __provider;
    throw error;
  }
}

/** The engine's host prints what these throw, and the engine prints it once more. */
const printedByHost: ReadonlySet<Step["name"]> = new Set(["check", "diff", "read", "delete"]);

/** A failure with its complete text. The host prints "text: stack"; with `brief` that is one short line that points to the engine's own. */
class ReportedFailure extends Error {
  override readonly name = "Error";

  constructor(
    message: string,
    cause: unknown,
    private readonly brief?: string,
  ) {
    // The engine gets the text alone. The cause is for whoever calls the host in the same process.
    super(message, { cause });
    this.stack = brief === undefined ? message : "the error of this resource says why";
  }

  override toString(): string {
    return this.brief ?? this.message;
  }
}

function headOf({ kind, urn, id }: Step, what: string): string {
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

/**
 * A refused input as the engine takes it. The engine prints the value beside the name of a property, also of a script, or of a password in the
 * wrong place: then the name stands in the reason only.
 */
export function checkFailure(
  fields: Readonly<Record<string, Field>>,
  { property, code, reason, details = [] }: Failure,
  secrets: readonly string[],
): { property: string; reason: string } {
  const isSecret = fields[property]?.mayBeSecret === true || secrets.includes(property);
  const isNamed = fields[property] !== undefined && !isSecret;
  const text = presentable(isNamed || property === "" ? reason : `"${clean(property)}": ${reason}`);
  const lines = [text, ...details.map((line) => `    ${presentable(line)}`)].join("\n");
  return { property: isNamed ? property : "", reason: `${lines} [${pointerTo(code)}]` };
}
