import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { chartTitle, drawChart } from "./chart";
import type { Figures } from "./figures";
import { reportOf } from "./report";

const docs = resolve(__dirname, "../docs");
const [begin, end] = ["<!-- npm run bench writes what follows -->", "<!-- end of what npm run bench writes -->"];

/** Writes the tables and the chart of a run into docs/performance.md, between two markers. */
export function writePage(figures: Figures): void {
  const file = `${docs}/performance.md`;
  const [before, rest, ...more] = readFileSync(file, "utf8").split(begin);
  const [, after, ...others] = rest?.split(end) ?? [];
  if (before === undefined || after === undefined || more.length > 0 || others.length > 0)
    throw new Error(`${file} must have both of these lines once, in this order:\n${begin}\n${end}`);
  const picture = "pictures/performance.svg";
  const written = [begin, `![${chartTitle}](${picture})`, reportOf(figures), end].join("\n\n");
  writeFileSync(file, `${before}${written}${after}`);
  writeFileSync(`${docs}/${picture}`, drawChart(figures));
}
