import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { exitCodes } from "../../cli/summary/gate";
import { destructions } from "../../cli/summary/findings/finding";
import { jsonOf } from "../../cli/summary/json";
import { markdownOf } from "../../cli/summary/markdown";
import { readPreview } from "../../cli/summary/preview";
import { type Stakes, type Summary, summaryOf } from "../../cli/summary/summary";
import { digest, step } from "../harness/previews";
import { allBlocks, root } from "./blocks";

const file = "docs/summary.md";
const page = readFileSync(join(root, file), "utf8");
const plan = { name: "orders", zone: "us-east-1", deploymentType: "dedicated" };

/** The preview of the page: another zone replaces the backend, and its schema goes to the new one. */
function summaryOfPage(ask?: () => Promise<Stakes>): Promise<Summary> {
  const backend = { __backend: "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/dgraphcloud:Backend::orders" };
  const text = digest([
    step("replace", { id: "0x43", old: plan, next: { ...plan, zone: "eu-west-1" }, diff: ["zone"], replace: ["zone"] }),
    step("replace", {
      kind: "GraphqlSchema",
      name: "orders-schema",
      old: { ...backend, backend: "0x43", schema: "type A { id: ID! }" },
      next: { ...backend, backend: "04da6b54-80e4-46f7-96ec-b56ff0331ba9", schema: "type A { id: ID! }" },
      diff: ["backend"],
      replace: ["backend"],
    }),
  ]);
  return summaryOf(readPreview(text.replaceAll("pulumi:dev::", "pulumi:production::")), ask);
}

/** The first cells of the table below a line that begins with these words. */
function keysBelow(head: string): string[] {
  const [, table = ""] = page.split(`\n${head}`);
  const rows = table.slice(0, table.indexOf("\n\n")).split("\n").slice(2);
  return rows.map((row) => /^\| `?(\w+)`? \|/.exec(row)?.[1] ?? row);
}

/** All keys of a value and of what is in it. */
function keysIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(keysIn);
  return Object.entries(value).flatMap(([key, below]) => [...(/^0x/.test(key) ? [] : [key]), ...keysIn(below)]);
}

describe("the page about the command summary", () => {
  it("shows what the command writes", async () => {
    const shown = allBlocks().find((block) => block.file === file && block.language === "text")?.text;
    const written = markdownOf(await summaryOfPage(), 65_536, new Date());
    expect(written.replace(/\n<!-- pulumi-dgraphcloud summary shop\/production -->\n$/, "")).to.equal(shown);
  });

  it("lists the words of --fail-on in their order, and the exit codes", () => {
    expect(keysBelow("| word | counts")).to.deep.equal([...destructions]);
    expect(keysBelow("| exit code |")).to.deep.equal(Object.values(exitCodes).map(String));
  });

  it("lists the options", () => {
    const usage = readFileSync(join(root, "cli/summary/index.ts"), "utf8");
    const options = [...usage.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, option = ""]) => option);
    expect(options).to.have.length.above(3);
    for (const option of options) expect(page).to.match(new RegExp(`^\\| \`${option}\\b`, "m"));
  });

  it("lists the keys of the JSON", async () => {
    const stake = {
      nodes: [{ type: "A", stored: "A", count: 1 }],
      total: 1,
      counted: "all",
      newestBackup: null,
    } as const;
    const stakes = { backends: new Map([["0x43", { ...stake, unknown: [] }]]), changes: new Map() };
    const keys = keysIn(JSON.parse(jsonOf(await summaryOfPage(() => Promise.resolve(stakes)))));
    expect(keysBelow("| key |")).to.include.members(["stack", "destroyed", "backends"]);
    for (const key of new Set(keys)) expect(page, key).to.contain(`\`${key}\``);
  });
});
