import fc from "fast-check";

/**
 * The seed of all random tests. It is the same in every run, so that a failure comes from a change of the code. New histories
 * come from the soak test, or from FAST_CHECK_SEED.
 */
export const seed = Number(process.env["FAST_CHECK_SEED"] ?? 20_261_123);

fc.configureGlobal({ seed });
