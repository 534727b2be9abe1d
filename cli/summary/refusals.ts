import { resourceName } from "../../provider/resource/messages";
import { isProvider, kindOf, nameIn, typeIn } from "../../provider/resource/typeTokens";
import type { Diagnostic, Preview } from "./preview";

/** What a preview has refused, or what made it fail. */
export interface Refusal {
  /** The resource, such as `Backend "orders"`, or "the program". */
  readonly of: string;
  /** What is wrong and what to do, line by line; empty for a message that may hold a secret. */
  readonly lines: readonly string[];
}

/** The end of every message of this package, with its code: `[DGC702: …]` or `See DGC301: …`. */
const pointer = /\s*(?:\[|See )(DGC\d+): /;

/**
 * What a failed preview has refused, sorted. Only messages of this package are repeated: they hold no secret. A comment in a pull request is
 * read by more people than the log of a job, so the messages of others stay there.
 */
export function refusalsIn({ diagnostics, failed }: Preview): Refusal[] {
  const errors = diagnostics.filter((one) => isError(one) && !isSummary(one.message));
  const refusals = new Map(errors.map(refusalOf).map((refusal) => [JSON.stringify(refusal), refusal]));
  if (refusals.size === 0 && failed)
    return [{ of: "the preview", lines: errors.length < diagnostics.filter(isError).length ? withoutReason : cutOff }];
  return [...refusals].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, refusal]) => refusal);
}

const cutOff = ["It ended before everything was planned."];

/** The engine leaves the messages of policies out of its JSON. */
const withoutReason = [
  "It failed, and its JSON does not say why.",
  "A mandatory policy may be violated: run pulumi preview without --json to see which.",
];

function isError({ severity }: Diagnostic): boolean {
  return severity === "error";
}

/** The engine's own last line. */
function isSummary(message: string): boolean {
  return /^(error: )?(preview|update) failed\s*$/.test(message);
}

function refusalOf({ urn, message }: Diagnostic): Refusal {
  const of = nameOf(urn);
  if (/\bis (currently marked for protection|protected)\b/.test(message.replaceAll(/\s+/g, " "))) {
    const next =
      "Set protect: false in the program (for a Backend: deletionProtection: false), run pulumi up, then make this change.";
    return { of, lines: ["It is protected: its option protect refuses to delete or replace it.", next] };
  }
  const code = pointer.exec(message);
  if (code === null) return { of, lines: [] };
  const text = ownText(urn, message.slice(0, code.index));
  if (text === undefined) return { of, lines: [] };
  const lines = text.split("\n").map((line) => line.trim());
  return {
    of,
    lines: [
      ...lines.filter((line) => line !== ""),
      `See ${code[1] ?? ""} in docs/troubleshooting.md of pulumi-dgraphcloud.`,
    ],
  };
}

/** The part of a message that this package wrote; undefined if it has other text as well, which may hold a secret. */
function ownText(urn: string, text: string): string | undefined {
  if (urn === "") return textOfProgram(text);
  return kindOf(typeIn(urn)) === undefined && !isProvider(urn) ? undefined : textOfCheck(text);
}

/** A provider that the program does not declare has a name that the engine made up: "default_0_1_0". */
function nameOf(urn: string): string {
  if (urn === "") return "the program";
  if (!isProvider(urn)) return resourceName(urn);
  const name = nameIn(urn);
  return /^default(_\d|$)/.test(name) ? "the settings of dgraphcloud" : `Provider "${name}"`;
}

/**
 * The engine puts the value of a refused input before our words, and a value can be long, or hold a secret that the program did not mark:
 * `TYPE resource 'NAME': property zone value {…} has a problem: WORDS`.
 */
function textOfCheck(text: string): string | undefined {
  const inFront = /^(?:error: )?\S+ resource '[^]*?'(?:: property ([^\n]+?) value \{[^]*\})? has a problem: /.exec(
    text,
  );
  if (inFront === null) {
    const isRefusal = text.includes(" has a problem: ");
    return isRefusal ? undefined : text.replace(/^error: /, "").replace(/^Preview failed: /, "");
  }
  const words = text.slice(inFront[0].length);
  return inFront[1] === undefined ? words : `"${inFront[1]}": ${words}`;
}

/** A look-up that failed is an error of the program, which can print its stack before it. */
function textOfProgram(text: string): string | undefined {
  const own = /(?:^|[Ee]rror: )((?:get\w+: |pulumi-dgraphcloud is not installed |The settings of this provider )[^]*)$/;
  return own.exec(text)?.[1];
}

/** The messages that a summary does not repeat, for the log of the job. */
export function messagesOfOthers({ diagnostics }: Preview): string[] {
  return diagnostics
    .filter((one) => isError(one) && !isSummary(one.message) && refusalOf(one).lines.length === 0)
    .map(({ urn, message }) => `${urn === "" ? "" : `${urn}: `}${message.trim()}`);
}
