import * as v from "valibot";

/** A resource before or after a step, as far as a summary needs it. */
const state = v.looseObject({
  type: v.string(),
  id: v.optional(v.string()),
  custom: v.optional(v.boolean(), false),
  protect: v.optional(v.boolean(), false),
  retainOnDelete: v.optional(v.boolean(), false),
  initErrors: v.optional(v.nullable(v.array(v.string()))),
  inputs: v.optional(v.record(v.string(), v.unknown()), {}),
  outputs: v.optional(v.record(v.string(), v.unknown()), {}),
});

const names = v.optional(v.nullable(v.array(v.string())));

const step = v.looseObject({
  op: v.string(),
  urn: v.string(),
  oldState: v.optional(v.nullable(state)),
  newState: v.optional(v.nullable(state)),
  diffReasons: names,
  replaceReasons: names,
  detailedDiff: v.optional(v.nullable(v.record(v.string(), v.looseObject({ kind: v.string() })))),
});

const diagnostic = v.looseObject({
  urn: v.optional(v.string(), ""),
  message: v.optional(v.string(), ""),
  severity: v.optional(v.string(), ""),
});

const digest = v.looseObject({
  steps: v.optional(v.nullable(v.array(step))),
  diagnostics: v.optional(v.nullable(v.array(diagnostic))),
  duration: v.optional(v.number()),
  changeSummary: v.optional(v.nullable(v.record(v.string(), v.number()))),
});

/** A resource before or after a step. Values that the program gave as secrets are "[secret]". */
export type State = v.InferOutput<typeof state>;
/** One operation that the engine plans. */
export type Step = v.InferOutput<typeof step>;
export type Diagnostic = v.InferOutput<typeof diagnostic>;

/** What `pulumi preview --json` says. */
export interface Preview {
  /** `project/stack`; empty if the preview ended before it met a resource. */
  readonly stack: string;
  readonly steps: readonly Step[];
  readonly diagnostics: readonly Diagnostic[];
  /** How many resources stay as they are. */
  readonly unchanged: number;
  /** The preview ended before it had planned everything, or refused something. */
  readonly failed: boolean;
}

/** The input is no preview. The message says what it is instead, and what to do. */
export class NoPreviewError extends Error {}

/** Reads what `pulumi preview --json` wrote to standard output. */
export function readPreview(text: string): Preview {
  const value = parse(text);
  const parsed = v.safeParse(digest, value);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw new NoPreviewError(
      `not the output of pulumi preview --json: "${v.getDotPath(issue) ?? "it"}" ${whatIsWrong(issue)}`,
    );
  }
  const { steps, diagnostics, duration, changeSummary } = parsed.output;
  if (steps === undefined && diagnostics === undefined && duration === undefined) {
    const isEmpty = !Array.isArray(value) && Object.keys(parsed.output).length === 0;
    throw new NoPreviewError(
      isEmpty ? empty : "not the output of pulumi preview --json: it has neither steps nor diagnostics",
    );
  }
  return {
    stack: stackOf([...(steps ?? []), ...(diagnostics ?? [])].map(({ urn }) => urn)),
    steps: steps ?? [],
    diagnostics: diagnostics ?? [],
    unchanged: changeSummary?.["same"] ?? 0,
    // The engine gives the duration at the end of a preview, and none if it was cancelled.
    failed: duration === undefined || (diagnostics ?? []).some(({ severity }) => severity === "error"),
  };
}

const empty = "empty: pulumi preview failed before it planned anything, and its own error output says why";

function parse(text: string): unknown {
  if (text.trim() === "") {
    throw new NoPreviewError(empty);
  }
  try {
    return JSON.parse(text);
  } catch {
    const isStream = /^\s*\{"sequence":/.test(text);
    throw new NoPreviewError(
      isStream
        ? "a stream of events: run pulumi preview --json without PULUMI_ENABLE_STREAMING_JSON_PREVIEW"
        : "not JSON: write the standard output of pulumi preview --json to it, and nothing else",
    );
  }
}

/** The value itself is left out: it may be a secret. */
function whatIsWrong({ type, expected }: v.BaseIssue<unknown>): string {
  return `is not ${expected ?? type}`;
}

/** `shop/dev` of `urn:pulumi:dev::shop::…`. */
function stackOf(urns: readonly string[]): string {
  const [, stack, project] = /^urn:pulumi:(.*?)::(.*?)::/.exec(urns.find((urn) => urn !== "") ?? "") ?? [];
  return stack === undefined || project === undefined ? "" : `${project}/${stack}`;
}
