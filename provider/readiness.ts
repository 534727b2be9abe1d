import type { Context, Operation } from "./context";
import { RequestError } from "./errors";
import { type Look, waitFor } from "./wait";

/** Waits until the backend answers. */
export async function waitUntilReady(context: Context, operation: Operation, uid: string): Promise<void> {
  const { url } = await context.cloud.data.locate(uid, operation);
  await waitFor(context, operation, {
    what: `backend ${uid} to answer`,
    look: () => lookWhetherReady(context, operation, url),
    reached: (_, elapsed) => `backend ${uid} answers after ${elapsed}`,
    afterDeadline: ["To go on, run pulumi up.", `If it usually takes this long, raise ${operation.timeout.input}.`],
  });
}

/** Asks a backend whether it is up. One that is still being made refuses, resets or hangs: that is what is being waited for. */
export async function lookWhetherReady(context: Context, operation: Operation, host: string): Promise<Look<undefined>> {
  try {
    const { status, retryAfterMs } = await context.cloud.data.readiness(host, operation);
    return status === 200 ? { done: undefined } : { pending: `HTTP ${status}`, pauseMs: retryAfterMs };
  } catch (error) {
    if (error instanceof RequestError) return { pending: error.why };
    throw error;
  }
}
