import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Metafile } from "esbuild";

const root = resolve(__dirname, "..");

/** The licenses of the packages in a bundle, which ask to be passed on with it. */
export function licensesOf(inputs: Metafile["inputs"]): string {
  const folders = Object.keys(inputs).map((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]);
  const packages = [...new Set(folders)].filter((folder) => folder !== undefined).sort();
  const texts = packages.map((folder) => {
    const files = readdirSync(join(root, folder)).filter((name) => /^(licen[cs]e|copying|notice)/i.test(name));
    const { license = "none" } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as {
      license?: string;
    };
    const name = folder.replace(/^.*node_modules\//, "");
    return [`${name}: ${license}`, ...files.map((file) => readFileSync(join(root, folder, file), "utf8").trim())];
  });
  return `${texts.map((lines) => lines.join("\n\n")).join(`\n\n${"-".repeat(80)}\n\n`)}\n`;
}
