import type { Drop } from "../api/dataPlane";
import type { Context } from "../resource/context";
import { DgraphCloudError, UnknownOutcomeError } from "../errors/errors";
import { holdsUnknown } from "../resource/fields";
import type { Checkpoint } from "../resource/resource";
import { mayHaveRun } from "../action/outcome";
import { type DataDropInputs, type DataDropState, type Step, stepsOf } from "./inputs";
import { findMissing } from "./names";
import { type Operation } from "../run/operation";

/** The operation that sends a drop. */
export interface Sending {
  readonly operation: Operation;
  /** Called before a mutation is retried. Throws if the drop may no longer run. */
  readonly recheck: () => Promise<void>;
}

// The state records the first mutation only when the operation ends. A short second one keeps the time small in which a kill would lose it.
const secondWithinMs = 60_000;

/** Sends the remaining mutations of a drop, each once. After each one, the state records that it was done, or that its outcome is unknown. */
export async function dropRemaining(
  context: Context,
  { operation, recheck }: Sending,
  id: string,
  state: DataDropState,
  inputs: DataDropInputs & { readonly backend: string },
  observe: Checkpoint<DataDropState>,
): Promise<DataDropState> {
  const { account, info } = context;
  const steps = remaining(state, inputs);
  let current = withMissing(state, inputs, steps, await findMissing(context, operation, inputs, steps));
  for (const [index, step] of steps.entries()) {
    const call = { ...(index === 0 ? operation : withShortDeadline(operation, context.clock.now())), recheck };
    try {
      const { message, warning } = await account.data.dropData(inputs.backend, dropOf(step, inputs), call);
      current = withDone(current, step, inputs, message);
      observe(current);
      if (warning !== undefined) context.warn(`${inputs.backend}: ${warning}`);
      info(`${inputs.backend}: dropped ${found(current, step, inputs).join(", ") || "nothing that it stored"}`);
    } catch (error) {
      if (!mayHaveRun(error)) throw error;
      current = { ...current, __state: { ...current.__state, unclear: step } };
      account.unknownOutcomes.set(inputs.backend, id);
      observe(current);
      throw unknownDrop(id, current, error);
    }
  }
  return finished(current);
}

function withShortDeadline(operation: Operation, now: number): Operation {
  const deadline = now + secondWithinMs;
  if (operation.deadline <= deadline) return operation;
  return { ...operation, deadline, limit: "the minute for fields after types" };
}

/** Records the names that are not stored. Those of earlier mutations stay as they were found then. */
function withMissing(
  state: DataDropState,
  inputs: DataDropInputs,
  steps: readonly Step[],
  missing: readonly string[],
): DataDropState {
  const sought = steps.flatMap((step) => described(step, inputs));
  const earlier = (state.notFound ?? []).filter((name) => !sought.includes(name));
  return { ...state, notFound: [...earlier, ...missing] };
}

/** The mutations that are still to be sent, in their order. */
export function remaining(state: DataDropState, inputs: DataDropInputs): Step[] {
  return stepsOf(inputs).filter((step) => !state.__state.done.includes(step));
}

export function finished(state: DataDropState): DataDropState {
  return { ...state, __state: { ...state.__state, status: "ready" } };
}

/** The user has checked the data and accepts the step of unknown outcome as done. */
export function acceptUnknownStep(state: DataDropState, inputs: DataDropInputs): DataDropState {
  const { unclear, ...memory } = state.__state;
  if (unclear === undefined) return state;
  return withDone({ ...state, __state: memory }, unclear, inputs, "the answer was lost, and accepted as done");
}

/** The error for a drop whose answer was lost: what may have happened, and what the user can do. */
export function unknownDrop(id: string, state: DataDropState, cause?: unknown): Error {
  const { backend, acceptUnknown } = state;
  const last = cause instanceof DgraphCloudError ? ` Last: ${cause.why}` : "";
  const other = acceptUnknown === undefined ? "" : ` (it is "${acceptUnknown}" now, another attempt)`;
  const step = state.__state.unclear;
  const what = step === undefined ? "data" : described(step, state).join(", ");
  return new UnknownOutcomeError({
    code: "DGC414",
    why: `the answer to dropData was lost: ${what} of ${backend} may or may not be gone, and the drop may still be running. It is not sent again.${last}`,
    next: [
      `Look at the data of ${backend}.`,
      `If it is gone, set acceptUnknown: "${id}"${other}.`,
      "To run the whole drop again, give triggers a new value.",
      "Until then every pulumi up fails here and sends nothing.",
    ],
    cause,
  });
}

function withDone(state: DataDropState, step: Step, inputs: DataDropInputs, message: string): DataDropState {
  return {
    ...state,
    messages: [...state.messages, message],
    dropped: [...state.dropped, ...found(state, step, inputs)],
    __state: { ...state.__state, done: [...state.__state.done, step] },
  };
}

/** The names in a mutation that the backend stored. */
function found({ notFound = [] }: DataDropState, step: Step, inputs: DataDropInputs): string[] {
  return described(step, inputs).filter((name) => !notFound.includes(name));
}

/** The mutation of a step. */
export function dropOf(step: Step, { types = [], fields = [] }: DataDropInputs): Drop {
  switch (step) {
    case "allData":
      return { allData: true };
    case "allDataAndSchema":
      return { allDataAndSchema: true };
    case "types":
      return { types };
    case "fields":
      return { fields };
  }
}

/** What a drop erases, for messages: "all data", "type Author, field Author.email". */
export function whatIsDropped(inputs: DataDropInputs): string {
  if (holdsUnknown([inputs.types, inputs.fields])) return "types or fields that are not known yet";
  return stepsOf(inputs)
    .flatMap((step) => described(step, inputs))
    .join(", ");
}

function described(step: Step, { types = [], fields = [] }: DataDropInputs): string[] {
  switch (step) {
    case "allData":
      return ["all data"];
    case "allDataAndSchema":
      return ["all data and the schema"];
    case "types":
      return types.map((type) => `type ${type}`);
    case "fields":
      return fields.map((field) => `field ${field}`);
  }
}
