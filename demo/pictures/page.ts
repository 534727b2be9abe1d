import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const root = resolve(__dirname, "../..");

/** The page that shows each picture. */
const pages: Readonly<Record<string, string>> = { preview: "README.md" };

export const pictureNames = Object.keys(pages);

/** A picture as its page shows it: a change of a program, the image, and the text of the image. */
export interface PageWithPicture {
  /** The program before and after the change. */
  readonly before: string;
  readonly after: string;
  /** What the image shows, in words. */
  readonly title: string;
  readonly text: string;
}

export function pageWith(name: string): PageWithPicture {
  const [page, file] = read(name);
  const image = new RegExp(`!\\[(?<title>.*)\\]\\((docs/)?pictures/${name}\\.svg\\)`).exec(page);
  const [above, below] = [page.slice(0, image?.index), page.slice(image?.index)];
  const change = blockIn(above.slice(above.lastIndexOf("```diff\n")), "diff");
  const text = blockIn(below, "text");
  const title = image?.groups?.["title"];
  if (title === undefined || change === undefined || text === undefined)
    throw new Error(`${file} must have a diff block, then the image pictures/${name}.svg, then a text block`);
  return { ...sidesOf(change), title, text };
}

/** Replaces the text of the picture on its page. */
export function writeText(name: string, text: string): void {
  const [page, file] = read(name);
  const { text: old } = pageWith(name);
  writeFileSync(
    join(root, file),
    page.replace(`\`\`\`text\n${old}`, () => `\`\`\`text\n${text}`),
  );
}

export function fileOf(name: string): string {
  return join(root, "docs", "pictures", `${name}.svg`);
}

/** A program before and after a change that is written as a diff. */
export function sidesOf(change: string): { before: string; after: string } {
  const without = (mark: string): string =>
    change
      .split("\n")
      .filter((line) => !line.startsWith(mark))
      .map((line) => line.slice(1))
      .join("\n");
  return { before: without("+"), after: without("-") };
}

/** The first code block of a language. */
function blockIn(page: string, language: string): string | undefined {
  return new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "ms").exec(page)?.[1];
}

function read(name: string): [page: string, file: string] {
  const file = pages[name];
  if (file === undefined) throw new Error(`there is no picture ${name}: take one of ${pictureNames.join(", ")}`);
  return [readFileSync(join(root, file), "utf8"), file];
}
