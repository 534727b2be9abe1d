import fc from "fast-check";

/**
 * The seed of all random tests: the same in every run, so that a red test is red for the change that made it so. New histories
 * are for the soak, and for whoever sets another seed.
 */
export const seed = Number(process.env["FAST_CHECK_SEED"] ?? 20_261_123);

fc.configureGlobal({ seed });
