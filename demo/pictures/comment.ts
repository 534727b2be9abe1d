import { escaped } from "./escaped";
import { type Block, blocksOf, type Span } from "./markdown";
import { bold, codePadding, codeSize, linesOf, type Run, widthOfLine } from "./textLines";
import { fonts, widthOf } from "./textWidth";

/** Pixels, about as GitHub lays out a comment. */
const [pictureWidth, padding, headHeight] = [800, 20, 40];
const contentWidth = pictureWidth - 2 * padding;
const [fontSize, lineHeight] = [14, 21];
const [headingSize, headingLineHeight] = [17.5, 24];
const [blockGap, itemGap, indent] = [16, 4, 26];
const [cellX, cellY] = [13, 6];
/** GitHub's light theme. The picture has a background of its own, so that it can be read on a dark page. */
const [background, foreground, muted, border, soft] = ["#ffffff", "#1f2328", "#59636e", "#d1d9e0", "#f6f8fa"];
const [codeBackground, accent] = ["#eff1f3", "#0969da"];

/** Draws Markdown as GitHub shows it in a comment, as an SVG that loads no font and runs no script. */
export function drawComment(markdown: string, title: string): string {
  const blocks = blocksOf(markdown);
  const drawing = new Drawing();
  blocks.forEach((block, index) => {
    drawing.add(block, blocks[index - 1]);
  });
  const height = drawing.bottom + padding;
  const frame = `<rect x="0.5" y="0.5" width="${pictureWidth - 1}" height="${height - 1}" rx="6"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${pictureWidth}" height="${height}" viewBox="0 0 ${pictureWidth} ${height}" role="img" aria-labelledby="title description">`,
    `<title id="title">${escaped(title)}</title>`,
    `<desc id="description">${escaped(blocks.map(plain).join("\n"))}</desc>`,
    `${frame} fill="${background}"/>`,
    ...head,
    `${frame} fill="none" stroke="${border}"/>`,
    `<g font-family="${fonts.text}" font-size="${fontSize}" fill="${foreground}">`,
    ...author,
    ...drawing.shapes,
    "</g>",
    "</svg>\n",
  ].join("\n");
}

const head = [
  `<path d="M0.5 ${headHeight}V6.5a6 6 0 0 1 6-6H${pictureWidth - 6.5}a6 6 0 0 1 6 6V${headHeight}z" fill="${soft}"/>`,
  `<path d="M0.5 ${headHeight}H${pictureWidth - 0.5}" stroke="${border}"/>`,
];

/** Who comments when a workflow of GitHub does. */
const author = [
  `<circle cx="${padding + 11}" cy="20" r="11" fill="${accent}"/>`,
  `<path d="M${padding + 8} 15l8 5-8 5z" fill="${background}"/>`,
  ...textAt(padding + 30, 25, { text: "github-actions", face: "bold" }),
  `<rect x="${padding + 138.5}" y="11.5" width="34" height="18" rx="9" fill="none" stroke="${border}"/>`,
  `<g fill="${muted}">`,
  ...textAt(padding + 147, 24.5, { text: "bot", face: "regular" }, 12),
  ...textAt(padding + 181, 25, { text: "commented", face: "regular" }),
  "</g>",
];

function textAt(x: number, y: number, span: Span, size = fontSize): string[] {
  return linesOf([span], size, Infinity).flatMap((line) => runsAt(x, y, line, size));
}

type Row = readonly (readonly Span[])[];

/** The blocks of a comment, from top to bottom. */
class Drawing {
  readonly shapes: string[] = [];
  bottom = headHeight + 4;

  add(block: Block, before: Block | undefined): void {
    this.bottom += block.kind === "item" && before?.kind === "item" ? itemGap : blockGap;
    if (block.kind === "table") this.table(block.rows);
    else if (block.kind === "item") this.item(block.text, block.depth);
    else if (block.kind === "heading") this.text(bold(block.text), padding, headingSize, headingLineHeight);
    else this.text(block.text, padding);
  }

  private item(text: readonly Span[], depth: number): void {
    const [x, y] = [padding + depth * indent, this.bottom + lineHeight / 2];
    const paint = depth === 1 ? `fill="${foreground}"` : `fill="none" stroke="${foreground}"`;
    this.shapes.push(`<circle cx="${x - 12}" cy="${y}" r="2.5" ${paint}/>`);
    this.text(text, x);
  }

  private text(text: readonly Span[], x: number, size = fontSize, height = lineHeight): void {
    for (const line of linesOf(text, size, pictureWidth - padding - x)) {
      this.shapes.push(...runsAt(x, this.bottom + baseline(size, height), line, size));
      this.bottom += height;
    }
  }

  private table(rows: readonly Row[]): void {
    const texts = rows.map((row, index) => (index === 0 ? row.map(bold) : row));
    const widths = columnWidths(texts);
    texts.forEach((row, index) => {
      const cells = row.map((text, column) => linesOf(text, fontSize, (widths[column] ?? 0) - 2 * cellX));
      const height = Math.max(...cells.map(({ length }) => length)) * lineHeight + 2 * cellY;
      const fill = index > 0 && index % 2 === 0 ? soft : background;
      let x = padding;
      cells.forEach((lines, column) => {
        const width = widths[column] ?? 0;
        const box = `x="${x + 0.5}" y="${this.bottom + 0.5}" width="${width}" height="${height}"`;
        this.shapes.push(`<rect ${box} fill="${fill}" stroke="${border}"/>`);
        lines.forEach((line, at) => {
          // GitHub centers the cells of the head.
          const left = index === 0 ? x + (width - widthOfLine(line)) / 2 : x + cellX;
          this.shapes.push(...runsAt(left, this.bottom + cellY + at * lineHeight + baseline(), line));
        });
        x += width;
      });
      this.bottom += height;
    });
  }
}

/** As wide as their texts; if that is too wide together, the widest one takes what the others leave. */
function columnWidths(rows: readonly Row[]): number[] {
  const widths = (rows[0] ?? []).map((_, column) => {
    const lines = rows.flatMap((row) => linesOf(row[column] ?? [], fontSize, Infinity));
    return Math.ceil(Math.max(...lines.map(widthOfLine)) + 2 * cellX);
  });
  const most = Math.max(...widths);
  const widest = widths.indexOf(most);
  const left = contentWidth - (widths.reduce((sum, width) => sum + width, 0) - most);
  return widths.map((width, column) => (column === widest ? Math.min(width, left) : width));
}

/** From the top of a line to the baseline of its text. */
function baseline(size = fontSize, height = lineHeight): number {
  return (height - size) / 2 + size * 0.82;
}

/** Each run has its place and its width: a font that is wider or narrower than Helvetica cannot push the others away. */
function runsAt(x: number, y: number, line: readonly Run[], size = fontSize): string[] {
  return line.flatMap((run) => {
    const text = run.text.trim();
    if (text === "") return [];
    const isCode = run.face === "code";
    const runSize = isCode ? size * codeSize : size;
    const widthOfText = (part: string): number =>
      Array.from(part, (character) => widthOf(character, run.face) * runSize).reduce((sum, width) => sum + width, 0);
    const before = widthOfText(run.text.slice(0, run.text.indexOf(text))) + (isCode ? codePadding : 0);
    const style = [
      ...(runSize === fontSize ? [] : [` font-size="${short(runSize)}"`]),
      ...(run.face === "bold" ? [' font-weight="600"'] : isCode ? [` font-family="${fonts.code}"`] : []),
    ].join("");
    const place = `x="${short(x + run.x + before)}" y="${short(y)}" textLength="${short(widthOfText(text))}"`;
    const box = `x="${short(x + run.x)}" y="${short(y - size)}" width="${short(run.width)}" height="${short(size * 1.35)}"`;
    return [
      ...(isCode ? [`<rect ${box} rx="4" fill="${codeBackground}"/>`] : []),
      `<text ${place} lengthAdjust="spacingAndGlyphs"${style}>${escaped(text)}</text>`,
    ];
  });
}

function short(pixels: number): number {
  return Number(pixels.toFixed(2));
}

/** A block as text, for a reader who cannot see the picture. */
function plain(block: Block): string {
  const textOf = (text: readonly Span[]): string => text.map((span) => span.text).join("");
  if (block.kind === "table") return block.rows.map((row) => row.map(textOf).join(": ")).join("\n");
  return textOf(block.text);
}
