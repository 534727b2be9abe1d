import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const root = resolve(__dirname, "../..");

/** A code block of a page. */
export interface Block {
  readonly file: string;
  /** Where its text begins. */
  readonly line: number;
  /** The heading above it. */
  readonly heading: string;
  /** The word behind the fence; empty for an indented block. */
  readonly language: string;
  readonly text: string;
  /** What the page says below of the output: "The last one answers `…`". */
  readonly answer: string | undefined;
}

/** The pages that users read, by their paths from the root. */
export function allPages(): string[] {
  const listed = execFileSync("git", ["ls-files", "README.md", "local/README.md", "docs"], { cwd: root });
  return listed
    .toString()
    .split("\n")
    .filter((file) => file.endsWith(".md"));
}

/** Every code block of the pages. */
export function allBlocks(): Block[] {
  return allPages().flatMap((file) => blocksOf(file, readFileSync(join(root, file), "utf8")));
}

export function blocksOf(file: string, page: string): Block[] {
  const lines = page.split("\n");
  const blocks: Block[] = [];
  let heading = "";
  let inList = false;
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? "";
    heading = /^#{1,6} +(.*)$/.exec(line)?.[1] ?? heading;
    const [, indent = "", fence, language = ""] = /^( *)(`{3,}|~{3,})\s*(\S*)/.exec(line) ?? [];
    const isIndented = fence === undefined && /^ {4}\S/.test(line) && (lines[at - 1] ?? "") === "" && !inList;
    if (/^\s*([-*+]|\d+\.) /.test(line)) inList = true;
    else if (/^\S/.test(line)) inList = false;
    if (fence === undefined && !isIndented) continue;
    const from = fence === undefined ? at : at + 1;
    const isOver = (text: string): boolean => (fence === undefined ? /^ {0,3}\S/.test(text) : text.trim() === fence);
    let end = from;
    while (end < lines.length && !isOver(lines[end] ?? "")) end++;
    const width = fence === undefined ? 4 : indent.length;
    const text = lines.slice(from, end).map((one) => one.slice(width));
    const below = lines.slice(fence === undefined ? end : end + 1).find((one) => one !== "");
    const [, answer] = /^The last one answers `(.+?)`/.exec(below ?? "") ?? [];
    blocks.push({ file, line: from + 1, heading, language, text: `${text.join("\n").trimEnd()}\n`, answer });
    at = fence === undefined ? end - 1 : end;
  }
  return blocks;
}

/** The file that a block is, when its first line is a comment that names one. */
export function fileOf({ text }: Block): string | undefined {
  return /^(?:\/\/|#) (\S+\.\w+)\n/.exec(text)?.[1];
}

/** The paragraphs of an output block that were not printed, with any blanks for their blanks and anything on a line for "…". */
export function notPrinted(text: string, printed: string): string[] {
  const escaped = (word: string): string => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return text
    .trim()
    .split(/\n\n+/)
    .filter((paragraph) => {
      const words = paragraph.trim().split(/\s+/).map(escaped);
      return !new RegExp(words.join("\\s+").replaceAll("…", ".*?")).test(printed);
    });
}

/** For messages, and as a link in an editor. */
export function placeOf({ file, line, heading }: Block): string {
  return `${file}:${line} ("${heading}")`;
}
