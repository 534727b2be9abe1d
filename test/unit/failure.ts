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
