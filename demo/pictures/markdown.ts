import MarkdownIt from "markdown-it";
import type { Face } from "./textWidth";

/** Text of one face. */
export interface Span {
  readonly text: string;
  readonly face: Face;
}

/** A part of a comment, from top to bottom. */
export type Block =
  | { readonly kind: "heading" | "paragraph"; readonly text: readonly Span[] }
  /** An item of a list; the depth of a list that is in no other is 1. */
  | { readonly kind: "item"; readonly depth: number; readonly text: readonly Span[] }
  /** The first row is its head. */
  | { readonly kind: "table"; readonly rows: readonly (readonly (readonly Span[])[])[] };

type Token = ReturnType<MarkdownIt["parse"]>[number];

/** What is drawn where it begins, or only holds what is drawn. */
const silent =
  /^(heading_close|paragraph_(open|close)|list_item_(open|close)|(table|thead|tbody|tr|th|td)_close|(thead|tbody|th|td)_open)$/;

/** The blocks of a comment. Throws for Markdown that a picture would show wrongly. */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  let depth = 0;
  let rows: Span[][][] | undefined;
  let opening = "";
  for (const token of new MarkdownIt({ html: true }).parse(markdown, {})) {
    const { type } = token;
    if (isShownOtherwise(token, depth)) throw unknown(token);
    if (type === "bullet_list_open") depth++;
    else if (type === "bullet_list_close") depth--;
    else if (type === "table_open") blocks.push({ kind: "table", rows: (rows = []) });
    else if (type === "tr_open") rows?.push([]);
    else if (type === "inline") {
      const text = spansOf(token.children ?? []);
      if (opening === "th_open" || opening === "td_open") rows?.at(-1)?.push(text);
      else if (opening === "heading_open") blocks.push({ kind: "heading", text });
      else blocks.push(depth === 0 ? { kind: "paragraph", text } : { kind: "item", depth, text });
    } else if (type !== "heading_open" && !silent.test(type) && !isComment(token)) throw unknown(token);
    opening = type;
  }
  return blocks;
}

/** Only headings of the third rank are drawn, and in a list only lists and items of one paragraph. */
function isShownOtherwise({ type, tag, nesting, hidden }: Token, depth: number): boolean {
  if (type === "heading_open" && tag !== "h3") return true;
  return depth > 0 && nesting === 1 && !hidden && !/^(bullet_list|list_item)_open$/.test(type);
}

function spansOf(tokens: readonly Token[]): Span[] {
  let face: Face = "regular";
  return tokens.flatMap((token): Span[] => {
    const { type, content } = token;
    if (type === "text") return content === "" ? [] : [{ text: content, face }];
    if (type === "code_inline") return [{ text: content, face: "code" }];
    if (type === "strong_open") face = "bold";
    else if (type === "strong_close") face = "regular";
    else if (!isComment(token)) throw unknown(token);
    return [];
  });
}

/** A comment of HTML, which GitHub hides. */
function isComment({ type, content }: Token): boolean {
  return (type === "html_inline" || type === "html_block") && /^<!--[^]*-->\s*$/.test(content);
}

function unknown({ type }: Token): Error {
  return new Error(`the picture of a comment cannot show this Markdown: ${type}`);
}
