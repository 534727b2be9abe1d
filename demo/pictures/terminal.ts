import Anser from "anser";
import { escaped } from "./escaped";

/** Wider than a Pulumi URN, and narrow enough to be read on a page of GitHub. */
const columns = 96;
/** Pixels. A character of a monospace font is about 0.6 of the font size wide. */
const [fontSize, charWidth, lineHeight, margin] = [14, 8.43, 20, 18];
const [background, foreground] = ["#0d1117", "#e6edf3"];
/** The 16 colours of a terminal, in shades that are easy to read on the background. */
const palette: Readonly<Record<string, string>> = {
  "ansi-black": "#6e7681",
  "ansi-red": "#ff7b72",
  "ansi-green": "#56d364",
  "ansi-yellow": "#e3b341",
  "ansi-blue": "#79c0ff",
  "ansi-magenta": "#d2a8ff",
  "ansi-cyan": "#76e3ea",
  "ansi-white": "#e6edf3",
  "ansi-bright-black": "#8b949e",
  "ansi-bright-red": "#ffa198",
  "ansi-bright-green": "#7ee787",
  "ansi-bright-yellow": "#f2cc60",
  "ansi-bright-blue": "#a5d6ff",
  "ansi-bright-magenta": "#e2c5ff",
  "ansi-bright-cyan": "#b3f0ff",
  "ansi-bright-white": "#ffffff",
};

interface Cell {
  readonly character: string;
  /** SVG attributes. */
  readonly style: string;
}

/** Draws the output of a program, with its colours, as an SVG that loads no font and runs no script. */
export function drawTerminal(output: string, title: string): string {
  const lines = cellsOf(output.trimEnd()).flatMap(wrapped);
  const width = Math.ceil(columns * charWidth + 2 * margin);
  const height = lines.length * lineHeight + 2 * margin;
  const texts = lines.map((cells, index) => {
    const baseline = margin + index * lineHeight + fontSize;
    return `<text x="${margin}" y="${baseline}">${spansOf(cells)}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" rx="8" fill="${background}"/>`,
    // Without xml:space, a viewer would drop the indentation.
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${fontSize}" fill="${foreground}" xml:space="preserve">`,
    ...texts,
    "</g>",
    "</svg>\n",
  ].join("\n");
}

/** The text of such an SVG, line by line as it is drawn. */
export function textOf(svg: string): string {
  const lines = [...svg.matchAll(/<text [^>]*>(.*)<\/text>/g)].map(([, line = ""]) => unescaped(line));
  return `${lines.join("\n")}\n`;
}

function cellsOf(output: string): Cell[][] {
  const lines: Cell[][] = [[]];
  for (const entry of Anser.ansiToJson(output, { use_classes: true })) {
    const style = styleOf(entry);
    for (const character of entry.content)
      if (character === "\n") lines.push([]);
      else lines.at(-1)?.push({ character, style });
  }
  return lines;
}

function styleOf({ fg, decorations }: Anser.AnserJsonEntry): string {
  // The library's types leave out that there may be no colour.
  const name = fg as string | null;
  const weight = decorations.includes("bold") ? ' font-weight="bold"' : "";
  if (name === null) return weight;
  const color = palette[name];
  if (color === undefined) throw new Error(`the output has a colour that the palette lacks: ${name}`);
  return ` fill="${color}"${weight}`;
}

/** Breaks a long line at spaces. */
function wrapped(cells: readonly Cell[]): (readonly Cell[])[] {
  if (cells.length <= columns) return [cells];
  const space = cells.slice(0, columns + 1).findLastIndex(({ character }) => character === " ");
  const isIndentation = cells.slice(0, space + 1).every(({ character }) => character === " ");
  if (isIndentation) return [cells.slice(0, columns), ...wrapped(cells.slice(columns))];
  return [cells.slice(0, space), ...wrapped(cells.slice(space + 1))];
}

function spansOf(cells: readonly Cell[]): string {
  let [spans, text] = ["", ""];
  cells.forEach(({ character, style }, index) => {
    text += character;
    if (style === cells[index + 1]?.style) return;
    spans += style === "" ? escaped(text) : `<tspan${style}>${escaped(text)}</tspan>`;
    text = "";
  });
  return spans;
}

function unescaped(markup: string): string {
  const text = markup.replace(/<[^>]*>/g, "");
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
