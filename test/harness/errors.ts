/** Returns the error of a rejected promise. Fails if the promise is not rejected. */
export async function rejection(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Error) return error;
    throw new Error("rejected with a value that is not an Error", { cause: error });
  }
  throw new Error("not rejected");
}

/** Returns the error that a function throws. Fails if it does not throw. */
export function thrown(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    if (error instanceof Error) return error;
    throw new Error("threw a value that is not an Error", { cause: error });
  }
  throw new Error("did not throw");
}

/** A class of errors, for tables. */
export type ErrorClass = abstract new (...parameters: never[]) => Error;

/** Whether a message ends with its code and a link to the section that explains the code. */
export function namesItsCode(message: string): boolean {
  const [, code, anchor] = /^See (DGC\d{3}): \S+\/docs\/troubleshooting\.md#(dgc\d{3})$/m.exec(message) ?? [];
  return code !== undefined && code.toLowerCase() === anchor;
}

/** Returns only the message of a rejected promise. Fails if the promise is not rejected. */
export async function failure(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error("not rejected");
}
