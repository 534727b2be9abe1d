import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect } from "chai";

const examples = resolve(__dirname, "../../examples");

/** What a team has in its repository before it adds jobs: the program of production, and in review/ the one for environments. */
export function writeShopProgram(repository: string): void {
  const at = (path: string): string => join(repository, path);
  cpSync(join(examples, "environment-per-stack"), repository, { recursive: true });
  cpSync(join(examples, "pull-request"), at("review"), { recursive: true });
  writeFileSync(at("package.json"), '{ "name": "shop", "private": true }\n');
  const compilerOptions = { module: "node16", moduleResolution: "node16", target: "ES2022", strict: true };
  for (const path of ["tsconfig.json", "review/tsconfig.json"])
    writeFileSync(at(path), JSON.stringify({ compilerOptions }));
  rmSync(at("review/schema.graphql"));
  replaceIn(at("review/index.ts"), 'FileAsset("schema.graphql")', 'FileAsset("../schema.graphql")');
  replaceIn(at("review/Pulumi.yaml"), "main: index.ts\n", "main: index.ts\nconfig:\n  production: shop-production\n");
}

/** Replaces a text in a file, which must have it once. */
export function replaceIn(file: string, from: string, to: string): void {
  const text = readFileSync(file, "utf8");
  expect(text.split(from), `${from} in ${file}`).to.have.length(2);
  writeFileSync(
    file,
    text.replace(from, () => to),
  );
}
