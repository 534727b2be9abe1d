/**
 * The widths of the characters from " " to "~" in thousandths of the font size, in Helvetica, regular and bold. Arial and Liberation Sans have
 * the same widths, so nearly every machine has a font that fits.
 */
const regular = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
  556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
  722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
  556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
  260, 334, 584,
];
const bold = [
  278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
  556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833,
  722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556, 333, 556, 611, 556, 611,
  556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389,
  280, 389, 584,
];
/** Every character of a monospace font, such as Courier New or Liberation Mono. */
const monospace = 600;

export const fonts = {
  text: "Helvetica, Arial, 'Liberation Sans', sans-serif",
  code: "ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace",
};

export type Face = "regular" | "bold" | "code";

/** The width of a character in font sizes. An arrow, a sign or another character beyond ASCII is about as wide as the font size. */
export function widthOf(character: string, face: Face): number {
  if (face === "code") return monospace / 1000;
  const widths = face === "bold" ? bold : regular;
  return (widths[(character.codePointAt(0) ?? 0) - 32] ?? 1000) / 1000;
}
