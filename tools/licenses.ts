import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Metafile } from "esbuild";

const root = resolve(__dirname, "..");

/** The licenses of the packages in a bundle, which ask to be passed on with it. */
export function licensesOf(inputs: Metafile["inputs"]): string {
  const folders = Object.keys(inputs).map((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]);
  const packages = [...new Set(folders)].filter((folder) => folder !== undefined).sort();
  return `${packages.map((folder) => licenseOf(join(root, folder))).join(`\n\n${"-".repeat(80)}\n\n`)}\n`;
}

function licenseOf(folder: string): string {
  const read = (file: string): string => readFileSync(join(folder, file), "utf8").trim();
  const { name, license = "none" } = JSON.parse(read("package.json")) as { name: string; license?: string };
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
  // Some packages have it only at the end of their README.
  const texts = files.length > 0 ? files.map(read) : /^(?:#+ )?license\b[^]*/im.exec(read("README.md"));
  return [`${name}: ${license}`, ...(texts ?? [])].join("\n\n");
}
