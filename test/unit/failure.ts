/** The error with which a promise is rejected; fails when it is not. */
export async function rejection(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Error) return error;
    throw new Error("rejected with something that is no error", { cause: error });
  }
  throw new Error("not rejected");
}

/** The error that a function throws; fails when it throws none. */
export function thrown(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    if (error instanceof Error) return error;
    throw new Error("threw something that is no error", { cause: error });
  }
  throw new Error("did not throw");
}

/** A class of errors, for tables. */
export type ErrorClass = abstract new (...parameters: never[]) => Error;

/** Whether a message ends with its code and the place where that is explained. */
export function namesItsCode(message: string): boolean {
  const [, code, anchor] = /^See (DGC\d{3}): \S+\/docs\/troubleshooting\.md#(dgc\d{3})$/m.exec(message) ?? [];
  return code !== undefined && code.toLowerCase() === anchor;
}
