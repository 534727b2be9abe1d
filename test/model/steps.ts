import type { Fault } from "dgraphcloud-local";
import fc from "fast-check";
import type { BackendInputs } from "../../provider/backend/inputs";
import type { Crash } from "./crashInjector";
import {
  dropNames,
  type DropName,
  restoreNames,
  type RestoreName,
  type schemaName,
  type Slot,
  slots,
  type Target,
} from "./program";
import type { NoteSchema } from "./schemas";

/** One step of a history: a change of the program, the stack, the cloud or the time. */
export type Step =
  | { readonly kind: "backend"; readonly slot: Slot; readonly args: Partial<BackendInputs> }
  | {
      readonly kind: "options";
      readonly slot: Slot;
      readonly retainOnDelete: boolean;
      readonly deleteBeforeReplace: boolean;
    }
  | { readonly kind: "restore"; readonly name: RestoreName; readonly target: Target; readonly triggers: Triggering }
  | {
      readonly kind: "drop";
      readonly name: DropName;
      readonly target: Target;
      readonly triggers: Triggering;
      readonly parts: boolean;
    }
  | { readonly kind: "remove"; readonly name: Slot | RestoreName | DropName | typeof schemaName }
  | {
      readonly kind: "up";
      readonly forced?: Slot | undefined;
      readonly refresh?: boolean;
      readonly crash?: Crash | undefined;
    }
  | { readonly kind: "refresh"; readonly crash?: Crash | undefined }
  | { readonly kind: "destroy"; readonly refresh?: boolean; readonly crash?: Crash | undefined }
  | { readonly kind: "fault"; readonly operation: string; readonly fault: Fault; readonly calls: readonly number[] }
  | { readonly kind: "outside"; readonly what: Outside; readonly target: Target }
  | { readonly kind: "schema"; readonly target: Target; readonly schema: NoteSchema; readonly allows: boolean }
  | {
      readonly kind: "schema outside";
      readonly what: "write" | "replace" | "publish" | "restore";
      readonly target: Target;
      readonly schema: NoteSchema;
    }
  | { readonly kind: "pass"; readonly ms: number };

const outsides = [
  "rename",
  "delete",
  "rotate",
  "restart",
  "expire",
  "namesake",
  "backup",
  "change mode",
  "restores fail",
  "restores work",
] as const;
export type Outside = (typeof outsides)[number];

/** How an edit changes the triggers: a new value runs the action again, removing them does not. */
export type Triggering = "new" | "kept" | "none";

const triggers = fc.constantFrom<Triggering>("new", "new", "kept", "none");
const slot = fc.constantFrom(...slots);
export const target = fc.constantFrom<Target>(...slots, "staging", "staging");
const operation = fc.constantFrom(
  "login",
  "deployments",
  "createDeployment",
  "updateDeployment",
  "updateLambda",
  "deleteDeployment",
  "ready",
  "listBackups",
  "restore",
  "restoreStatus",
  "dropData",
);

const backendArgs: fc.Arbitrary<Partial<BackendInputs>> = fc.record(
  {
    name: fc.constantFrom("alpha", "beta"),
    zone: fc.constantFrom("us-east-1", "eu-west-1"),
    deploymentType: fc.constantFrom("dedicated" as const, "free" as const),
    deploymentMode: fc.constantFrom("graphql" as const, "flexible" as const),
    lambdaScript: fc.constantFrom("", "one", "two"),
    size: fc.constantFrom("small" as const, "large" as const),
    subdomain: fc.constantFrom("left", "right"),
    deletionProtection: fc.boolean(),
    adoptExisting: fc.boolean(),
    waitForReady: fc.boolean(),
    timeouts: fc.constantFrom({ create: "2m" }, { create: "1h", delete: "3m" }),
  },
  { requiredKeys: [] },
);

export const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ kind: fc.constantFrom("reset" as const, "cut-off" as const), acted: fc.boolean() }),
  fc.record({ kind: fc.constant("status" as const), status: fc.constantFrom(500, 502, 503), acted: fc.boolean() }),
  fc.constant({ kind: "status", status: 429, acted: false } as const),
  fc.record({
    kind: fc.constant("body" as const),
    body: fc.constantFrom("", "<html></html>", "{}"),
    acted: fc.boolean(),
  }),
  fc.constant({ kind: "errors", messages: ["no"], acted: false } as const),
  fc.constant({ kind: "errors", messages: ["half"], acted: true, withData: true } as const),
  fc.record({
    kind: fc.constant("unauthorized" as const),
    as: fc.constantFrom("null" as const, "401" as const, "errors" as const),
  }),
);

const faultStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("fault" as const),
      operation,
      fault,
      calls: fc.constantFrom([1], [2], [1, 2], [1, 2, 3, 4]),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("fault" as const),
      operation: fc.constant("deployments"),
      fault: fc.constantFrom<Fault>({ kind: "duplicates" }, { kind: "lag", ms: 10_000 }),
      calls: fc.constantFrom([1], [1, 2, 3]),
    }),
  },
);

/** The mutations at which a crash does most harm. */
const mutation = fc.constantFrom("createDeployment", "deleteDeployment", "restore", "dropData");
export const victim = fc.constantFrom("provider" as const, "engine" as const);
const crash: fc.Arbitrary<Crash> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      victim,
      at: fc.oneof(operation, mutation),
      nth: fc.constantFrom(1, 1, 2, 3),
      moment: fc.constantFrom("before" as const, "after" as const, "late" as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ victim, between: fc.nat(12) }) },
);
const crashOrNone = fc.option(crash, { nil: undefined, freq: 2 });
const refresh = fc.constantFrom(false, false, true);

export const edits: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("backend" as const), slot, args: backendArgs }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("options" as const),
      slot,
      retainOnDelete: fc.boolean(),
      deleteBeforeReplace: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("restore" as const),
      name: fc.constantFrom(...restoreNames),
      target,
      triggers,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("drop" as const),
      name: fc.constantFrom(...dropNames),
      target,
      triggers,
      parts: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("remove" as const),
      name: fc.constantFrom(...slots, ...restoreNames, ...dropNames),
    }),
  },
);

export const runs: fc.Arbitrary<Step> = fc.oneof(
  { weight: 7, arbitrary: fc.record({ kind: fc.constant("up" as const), refresh, crash: crashOrNone }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("up" as const), forced: slot, refresh, crash: crashOrNone }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("refresh" as const), crash: crashOrNone }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("destroy" as const), refresh, crash: crashOrNone }) },
);

export const events: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: faultStep },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("outside" as const), what: fc.constantFrom(...outsides), target }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("pass" as const), ms: fc.constantFrom(5_000, 120_000, 11_000_000) }),
  },
);

/** A random history. */
export const histories: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof({ weight: 4, arbitrary: edits }, { weight: 4, arbitrary: runs }, { weight: 3, arbitrary: events }),
  { minLength: 4, maxLength: 22 },
);
