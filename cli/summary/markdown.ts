import { resourceName } from "../../provider/resource/messages";
import { nameIn } from "../../provider/resource/typeTokens";
import { linesOf } from "../../provider/schema/consent";
import { textOfStake } from "./atStake/text";
import type { Destruction, Finding } from "./findings/finding";
import { gradesIn } from "./findings/graphqlSchema";
import type { Plan } from "./plan";
import { headlineOf, type Summary } from "./summary";

/** How much is written of each destroyed item: from everything to its name only. */
const sizes = ["all", "withoutDetails", "names"] as const;
type Size = (typeof sizes)[number];

/**
 * The summary for a comment of at most `most` characters. What is destroyed is never cut: if it is too long, the other changes are left out
 * first, then the lines below each item, then all but the names of what is destroyed.
 */
export function markdownOf(summary: Summary, most: number, now: Date): string {
  const whole = text(summary, "all", summary.others.length, now);
  if (whole.length <= most) return whole;
  const rows = rowsThatFit(summary, most, now);
  if (rows > 0) return text(summary, "all", rows, now);
  const texts = sizes.map((size) => text(summary, size, 0, now));
  return texts.find(({ length }) => length <= most) ?? texts.at(-1) ?? whole;
}

/** The most rows of other changes that fit. */
function rowsThatFit(summary: Summary, most: number, now: Date): number {
  let [fit, over] = [0, summary.others.length];
  while (over - fit > 1) {
    const middle = Math.floor((fit + over) / 2);
    if (text(summary, "all", middle, now).length <= most) fit = middle;
    else over = middle;
  }
  return fit;
}

function text(summary: Summary, size: Size, rows: number, now: Date): string {
  const { stack, destroyed, unchanged, failed } = summary;
  return (
    [
      `### ${escaped(headlineOf(summary))}`,
      ...refusals(summary, size),
      ...(destroyed.length === 0
        ? []
        : ["**What is destroyed**", destroyedList(summary, size, now), ...advice(destroyed)]),
      ...table(summary, rows),
      ...(failed && unchanged === 0
        ? []
        : [unchanged === 1 ? "1 resource stays as it is." : `${unchanged} resources stay as they are.`]),
      `<!-- pulumi-dgraphcloud summary ${stack.replaceAll("--", "- -")} -->`,
    ].join("\n\n") + "\n"
  );
}

/** A comment with more of them would be too long to read. */
const mostRefusals = 20;

function refusals({ refusals }: Summary, size: Size): string[] {
  if (refusals.length === 0) return [];
  const items = refusals.slice(0, mostRefusals).map(({ of, lines }) => {
    const [first, ...others] = lines.length > 0 ? lines : [hiddenMessage];
    const below = size === "all" ? others : [];
    return item(`**${escaped(of)}**: ${escaped(first ?? "")}`, below);
  });
  const more = refusals.length - items.length;
  return ["**What failed**", [...items, ...(more === 0 ? [] : [`- and ${more} more`])].join("\n")];
}

const hiddenMessage = "failed. Its message may hold secrets, so it is only in the log of this job.";

/** An item of a list, with lines below it. */
function item(first: string, below: readonly string[]): string {
  return [`- ${first}`, ...below.map((line) => `  - ${escaped(line.replace(/^- /, ""))}`)].join("\n");
}

function destroyedList(summary: Summary, size: Size, now: Date): string {
  const items = summary.destroyed.map((finding) => {
    const { plan, destroys, what, data, details } = finding;
    if (size === "names") return item(`${destroys ?? ""}: ${nameOf(plan)}${gradesIn(data?.changes ?? [])}`, []);
    const below = size === "all" ? [...stakeLines(finding, summary, now), ...details] : [];
    return item(`**${nameOf(plan)}** ${escaped(what)}${what.endsWith(".") ? "" : "."}`, below);
  });
  return items.join("\n");
}

/** What a destroyed resource holds, or each change of a schema with the number of nodes that it concerns. */
function stakeLines({ plan, data }: Finding, { stakes }: Summary, now: Date): string[] {
  if (data?.changes !== undefined) {
    const counts = stakes?.changes.get(plan.urn) ?? [];
    return data.changes.flatMap((change, index) => linesOf({ change, count: counts[index] }));
  }
  const stake = data && stakes?.backends.get(data.uid);
  return stake === undefined ? [] : textOfStake(stake, now);
}

const keepFromAction =
  "A restore or a data drop runs once, and again when its trigger, its target or what it asks for changes. To keep the data, undo that change.";

const keep: Readonly<Record<Destruction, string>> = {
  delete:
    "To keep a resource, leave it in the program. For a backend, `deletionProtection: true` refuses its deletion.",
  replace: "To keep the data of a resource that is replaced, undo the change that replaces it.",
  restore: keepFromAction,
  drop: keepFromAction,
  schema:
    "The program gave its consent to these changes of the schema with `allow`. To keep the data, remove the paths from `allow`, and undo the change of the schema.",
};

function advice(destroyed: readonly Finding[]): string[] {
  return [
    ...new Set(
      destroyed.flatMap(({ destroys, plan }) => (destroys === undefined || plan.leftover ? [] : [keep[destroys]])),
    ),
  ];
}

function table({ others, destroyed }: Summary, rows: number): string[] {
  if (others.length === 0) return [];
  const title = destroyed.length === 0 ? "**What changes**" : "**What else changes**";
  const left = others.length - rows;
  const more = left === 0 ? [] : [`And ${left} more: pulumi preview lists them.`];
  if (rows === 0) return [title, ...more];
  const lines = others.slice(0, rows).map(({ plan, what, details, warning }) => {
    const cell = [what, ...details].join(". ").replaceAll("..", ".");
    return `| ${warning ? "⚠️ " : ""}${nameOf(plan)} | ${escaped(cell)} |`;
  });
  return [title, ["| Resource | What happens |", "| --- | --- |", ...lines].join("\n"), ...more];
}

/** `Backend "orders" (0x43)`; with the whole type for resources of other packages. */
function nameOf({ urn, kind, type, old }: Plan): string {
  const id = kind === "Backend" && old?.id !== undefined ? ` (${old.id})` : "";
  return escaped(kind === undefined ? `${type} "${nameIn(urn)}"` : `${resourceName(urn)}${id}`);
}

/**
 * Names and messages can hold anything: they must not become Markdown or HTML, or end a cell of a table. The empty comment keeps an @ or a #
 * from naming a person or an issue, and is not copied with the text.
 */
function escaped(text: string): string {
  return text
    .replaceAll(/\s+/g, " ")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll(/[\\`*_~[\]|]/g, "\\$&")
    .replaceAll(/[@#](?=\w)/g, "$&<!-- -->");
}
