import fc from "fast-check";
import type { Crash } from "./crashInjector";
import { schemaName } from "./program";
import type { NoteSchema } from "./schemas";
import { edits, events, fault, runs, type Step, target, victim } from "./steps";

const operation = fc.constantFrom("updateGQLSchema", "updateGQLSchema", "getGQLSchema", "query");

const schema: fc.Arbitrary<NoteSchema> = fc.record({
  fields: fc.subarray(["text" as const, "rank" as const, "mark" as const], { minLength: 1 }),
  tags: fc.constantFrom("none" as const, "one" as const, "many" as const),
});

const schemaEdits: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 7,
    arbitrary: fc.record({ kind: fc.constant("schema" as const), target, schema, allows: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "remove", name: schemaName } as const) },
);

const crash: fc.Arbitrary<Crash> = fc.record({
  victim,
  at: operation,
  nth: fc.constantFrom(1, 1, 2, 3),
  moment: fc.constantFrom("before" as const, "after" as const, "late" as const),
});

const schemaRuns: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("up" as const), crash }) },
  { weight: 3, arbitrary: runs },
);

const schemaEvents: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("schema outside" as const),
      what: fc.constantFrom(
        "write" as const,
        "write" as const,
        "replace" as const,
        "publish" as const,
        "restore" as const,
      ),
      target,
      schema,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("fault" as const),
      operation,
      fault,
      calls: fc.constantFrom([1], [2], [1, 2]),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("fault" as const),
      operation: fc.constant("updateGQLSchema"),
      fault: fc.constant({ kind: "half-applied" } as const),
      calls: fc.constantFrom([1], [1, 2]),
    }),
  },
);

/** A random history of a program with a schema. */
export const schemaHistories: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: schemaEdits },
    { weight: 2, arbitrary: edits },
    { weight: 6, arbitrary: schemaRuns },
    { weight: 4, arbitrary: schemaEvents },
    { weight: 1, arbitrary: events },
  ),
  { minLength: 4, maxLength: 16 },
);
