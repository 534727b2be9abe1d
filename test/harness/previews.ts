/** Builds what `pulumi preview --json` writes, for tests of what becomes of it. */

type Values = Readonly<Record<string, unknown>>;

interface Resource {
  readonly kind?: string;
  readonly name?: string;
  /** The type token of a resource of another package. */
  readonly type?: string;
  readonly id?: string;
  readonly old?: Values;
  readonly outputs?: Values;
  readonly next?: Values;
  /** Options in the state from before, and those of the program. */
  readonly oldOptions?: Values;
  readonly nextOptions?: Values;
  readonly diff?: readonly string[];
  readonly replace?: readonly string[];
}

export function urnOf({ kind, name = "orders", type }: Pick<Resource, "kind" | "name" | "type">): string {
  const parent = kind?.startsWith("Restore") === true ? "dgraphcloud:index:Restore$" : "";
  return `urn:pulumi:dev::shop::${parent}${type ?? tokenOf(kind)}::${name}`;
}

function tokenOf(kind = "Backend"): string {
  return `pulumi-nodejs:dynamic/dgraphcloud:${kind}`;
}

/** One step. Without old or next values it has no such state. */
export function step(op: string, resource: Resource = {}): object {
  const { kind, type, id, old, outputs, next, diff = [], replace = [] } = resource;
  const urn = urnOf(resource);
  const common = { urn, custom: true, type: type ?? tokenOf(kind) };
  return {
    op,
    urn,
    detailedDiff:
      diff.length === 0 ? null : Object.fromEntries(diff.map((path) => [path, { kind: "update", inputDiff: true }])),
    ...(diff.length > 0 && { diffReasons: [...new Set(diff.map((path) => path.split(".")[0]))] }),
    ...(replace.length > 0 && { replaceReasons: replace }),
    ...(old && {
      oldState: { ...common, id: id ?? "0x42", inputs: old, outputs: { ...old, ...outputs }, ...resource.oldOptions },
    }),
    ...(next && { newState: { ...common, inputs: next, outputs: next, ...resource.nextOptions } }),
  };
}

const stack = (op: string): object => ({
  op,
  urn: "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev",
  oldState: { type: "pulumi:pulumi:Stack" },
  newState: { type: "pulumi:pulumi:Stack" },
});

interface More {
  readonly diagnostics?: readonly object[];
  readonly unchanged?: number;
  /** Steps of a refresh, which comes before the program. */
  readonly refresh?: readonly object[];
  readonly failed?: boolean;
}

export function digest(
  steps: readonly object[],
  { diagnostics = [], unchanged = 2, refresh, failed }: More = {},
): string {
  const program = [stack("same"), ...steps];
  return JSON.stringify({
    steps: refresh === undefined ? program : [stack("refresh"), ...refresh, ...program],
    diagnostics,
    ...(failed !== true && { duration: 1_000_000_000 }),
    changeSummary: { same: unchanged },
  });
}

/** What `pulumi refresh --preview-only` writes: the program does not run. */
export function refreshDigest(steps: readonly object[]): string {
  return JSON.stringify({ steps: [stack("refresh"), ...steps], duration: 1, changeSummary: { same: 1 } });
}

export const diagnostic = (severity: string, message: string, resource?: Resource): object => ({
  severity,
  message: `${severity === "info" ? "" : `${severity}: `}${message}\n`,
  ...(resource && { urn: urnOf(resource) }),
});
