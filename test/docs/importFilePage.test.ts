import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { exitCodes, importFile } from "../../cli/importFile";
import { textOf } from "../../cli/importFile/text";
import { allBlocks, root } from "./blocks";

const file = "docs/import-file.md";
const page = readFileSync(join(root, file), "utf8");

describe("the page about the command import-file", () => {
  it("shows what the command writes", () => {
    const shown = allBlocks().find((block) => block.file === file && block.language === "json")?.text;
    expect(shown).to.equal(textOf([{ id: "0x42", name: "orders", kinds: ["Backend", "GraphqlSchema"] }], undefined));
  });

  it("lists the options and the exit codes", () => {
    const options = [...importFile.usage.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, option = ""]) => option);
    expect(options).to.have.length.above(3);
    for (const option of options) expect(page).to.match(new RegExp(`^\\| \`${option}\\b`, "m"));
    const codes = [...page.matchAll(/^\| (\d) \|/gm)].map(([, code]) => Number(code));
    expect(codes).to.deep.equal(Object.values(exitCodes));
    for (const code of codes) expect(importFile.usage).to.contain(`${code} `);
  });
});
