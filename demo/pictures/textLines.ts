import type { Span } from "./markdown";
import { type Face, widthOf } from "./textWidth";

/** A character with its face and its width in pixels. */
interface Cell extends Span {
  readonly width: number;
}

/** Text of one face on one line. */
export interface Run extends Span {
  /** From the left end of the line. */
  readonly x: number;
  readonly width: number;
}

/** Code is smaller than the text around it, and has a box with this much room at its sides. */
export const [codeSize, codePadding] = [0.85, 5];

/** Text in lines that are at most as wide as `most`. */
export function linesOf(text: readonly Span[], fontSize: number, most: number): Run[][] {
  return wrapped(
    text.flatMap((span) => cellsOf(span, fontSize)),
    most,
  ).map(runsOf);
}

/** Text in a bold face. */
export function bold(text: readonly Span[]): Span[] {
  return text.map((span) => (span.face === "regular" ? { ...span, face: "bold" } : span));
}

export function widthOfLine(line: readonly Run[]): number {
  const last = line.at(-1);
  return last === undefined ? 0 : last.x + last.width;
}

function cellsOf({ text, face }: Span, fontSize: number): Cell[] {
  const size = face === "code" ? fontSize * codeSize : fontSize;
  const cells = Array.from(text, (character) => ({ text: character, face, width: widthOf(character, face) * size }));
  const edge = { text: "", face, width: codePadding };
  return face === "code" ? [edge, ...cells, edge] : cells;
}

/** Breaks a long line at spaces, and in a word only where there is no other way. */
function wrapped(cells: readonly Cell[], most: number): (readonly Cell[])[] {
  let [width, space] = [0, 0];
  for (const [index, cell] of cells.entries()) {
    width += cell.width;
    if (cell.text === " ") space = index;
    // A space may stand out, since it is not drawn.
    else if (width > most && index > 0)
      return space > 0
        ? [cells.slice(0, space), ...wrapped(cells.slice(space + 1), most)]
        : [cells.slice(0, index), ...wrapped(cells.slice(index), most)];
  }
  return [cells];
}

function runsOf(cells: readonly Cell[]): Run[] {
  const runs: Run[] = [];
  let [x, before]: [number, Face | undefined] = [0, undefined];
  for (const { text, face, width } of cells) {
    const last = runs.at(-1);
    if (last === undefined || face !== before) runs.push({ text, face, x, width });
    else runs[runs.length - 1] = { ...last, text: last.text + text, width: last.width + width };
    x += width;
    before = face;
  }
  return runs;
}
