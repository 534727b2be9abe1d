import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const root = resolve(__dirname, "../..");

/** The page that shows each picture, and the language of the block below the image that holds its text. */
const pages = {
  preview: { file: "README.md", language: "text" },
  summary: { file: "docs/how-to/pull-requests.md", language: "md" },
} as const satisfies Readonly<Record<string, { file: string; language: string }>>;

export type PictureName = keyof typeof pages;

export const pictureNames = Object.keys(pages) as PictureName[];

/** A picture as its page shows it: the image, and the text of the image. */
export interface PageWithPicture {
  /** What the image shows, in words. */
  readonly title: string;
  readonly text: string;
}

export function pageWith(name: string): PageWithPicture {
  const { page, file, language } = read(name);
  const { title, below } = imageOn(page, name);
  const text = blockIn(below, language);
  if (title === undefined || text === undefined)
    throw new Error(`${file} must have the image pictures/${name}.svg, then a ${language} block`);
  return { title, text };
}

/** The program before and after the change that a page shows above a picture. */
export function changeAbove(name: string): { before: string; after: string } {
  const { page, file } = read(name);
  const { above } = imageOn(page, name);
  const change = blockIn(above.slice(above.lastIndexOf("```diff\n")), "diff");
  if (change === undefined) throw new Error(`${file} must have a diff block above the image pictures/${name}.svg`);
  return sidesOf(change);
}

/** Replaces the text of the picture on its page. */
export function writeText(name: string, text: string): void {
  const { page, file, language } = read(name);
  const { text: old } = pageWith(name);
  writeFileSync(
    join(root, file),
    page.replace(`\`\`\`${language}\n${old}`, () => `\`\`\`${language}\n${text}`),
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

function imageOn(page: string, name: string): { title: string | undefined; above: string; below: string } {
  const image = new RegExp(`!\\[(?<title>.*)\\]\\((docs/|\\.\\./)?pictures/${name}\\.svg\\)`).exec(page);
  return { title: image?.groups?.["title"], above: page.slice(0, image?.index), below: page.slice(image?.index) };
}

function read(name: string): { page: string; file: string; language: string } {
  if (!isPicture(name)) throw new Error(`there is no picture ${name}: take one of ${pictureNames.join(", ")}`);
  const { file, language } = pages[name];
  return { page: readFileSync(join(root, file), "utf8"), file, language };
}

export function isPicture(name: string): name is PictureName {
  return Object.hasOwn(pages, name);
}
