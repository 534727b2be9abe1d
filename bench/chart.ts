import { escaped } from "../demo/pictures/escaped";
import { type CandidateName, candidateNames } from "./candidates";
import { count, cpu, type Figures, ratioOf } from "./figures";
import { operationNames } from "./operations";

/** Pixels. */
const [width, panelHeight, margin, barWidth, barGap] = [860, 240, 24, 30, 4];
const [background, foreground, line] = ["#0d1117", "#e6edf3", "#6e7681"];

const colors: Readonly<Record<Exclude<CandidateName, "floor">, string>> = {
  ours: "#56d364",
  plugin: "#79c0ff",
  guide: "#e3b341",
};
const labels = { ours: "this package", plugin: "this package, as a plugin", guide: "as the guide shows" } as const;

export const chartTitle = "CPU of each operation, as a multiple of a provider that does nothing";

/** Draws the CPU of each operation as a multiple of the floor's, with a panel for each of the two largest sizes. */
export function drawChart({ samples }: Figures): string {
  const sizes = [...new Set(samples.map(({ size }) => size))].sort((one, other) => one - other).slice(-2);
  const shown = candidateNames.flatMap((name) =>
    name !== "floor" && samples.some(({ candidate }) => candidate === name) ? [name] : [],
  );
  const ratio = (size: number, operation: (typeof operationNames)[number], candidate: CandidateName): number =>
    ratioOf(samples, { size, operation, candidate }, "floor", cpu);
  const all = sizes.flatMap((size) =>
    operationNames.flatMap((operation) => shown.map((name) => ratio(size, operation, name))),
  );
  const highest = Math.max(1, ...all.filter(Number.isFinite));
  const groupWidth = (width - 2 * margin) / operationNames.length;
  const scale = (panelHeight - 80) / highest;

  const panels = sizes.flatMap((size, index) => {
    const bottom = 80 + (index + 1) * panelHeight - 40;
    const bars = operationNames.flatMap((operation, group) => {
      const barsWidth = shown.length * barWidth + (shown.length - 1) * barGap;
      const left = margin + group * groupWidth + (groupWidth - barsWidth) / 2;
      return [
        ...shown.flatMap((name, position) => {
          const value = ratio(size, operation, name);
          if (!Number.isFinite(value)) return [];
          const [x, height] = [left + position * (barWidth + barGap), value * scale];
          return [
            `<rect x="${x.toFixed(1)}" y="${(bottom - height).toFixed(1)}" width="${barWidth}" height="${height.toFixed(1)}" fill="${colors[name]}"/>`,
            text(x + barWidth / 2, bottom - height + 14, value.toFixed(2), {
              size: 11,
              anchor: "middle",
              fill: background,
            }),
          ];
        }),
        text(left + barsWidth / 2, bottom + 18, operation, { anchor: "middle" }),
      ];
    });
    const one = (bottom - scale).toFixed(1);
    return [
      text(margin, bottom - panelHeight + 64, size === 1 ? "one backend" : `${count(size)} backends`, { bold: true }),
      // Behind the bars, so that it crosses no figure.
      `<line x1="${margin}" y1="${one}" x2="${width - margin}" y2="${one}" stroke="${foreground}" stroke-dasharray="4 4"/>`,
      ...bars,
      `<line x1="${margin}" y1="${bottom}" x2="${width - margin}" y2="${bottom}" stroke="${line}"/>`,
    ];
  });
  const legend = shown.flatMap((name, index) => {
    const x = margin + index * 230;
    return [
      `<rect x="${x}" y="42" width="14" height="14" fill="${colors[name]}"/>`,
      text(x + 22, 54, labels[name], {}),
    ];
  });
  const height = 80 + sizes.length * panelHeight;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(chartTitle)}</title>`,
    `<rect width="${width}" height="${height}" rx="8" fill="${background}"/>`,
    `<g font-family="system-ui, 'Segoe UI', Helvetica, Arial, sans-serif" fill="${foreground}">`,
    text(margin, 30, `${chartTitle} (dashed line)`, { bold: true }),
    ...legend,
    ...panels,
    "</g>",
    "</svg>\n",
  ].join("\n");
}

interface TextStyle {
  readonly size?: number;
  readonly anchor?: "middle";
  readonly bold?: boolean;
  readonly fill?: string;
}

function text(x: number, y: number, words: string, { size = 14, anchor, bold = false, fill }: TextStyle): string {
  const style = {
    ...{ x: x.toFixed(1), y: y.toFixed(1), "font-size": size, "text-anchor": anchor, fill },
    "font-weight": bold ? "bold" : undefined,
  };
  const attributes = Object.entries(style).flatMap(([name, value]) =>
    value === undefined ? [] : ` ${name}="${value}"`,
  );
  return `<text${attributes.join("")}>${escaped(words)}</text>`;
}
