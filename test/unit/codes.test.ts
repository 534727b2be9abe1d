import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect } from "chai";
import ts from "typescript";
import { codes, pointerTo } from "../../provider/errors/codes";

const root = resolve(__dirname, "../..");
const page = readFileSync(join(root, "docs/troubleshooting.md"), "utf8");
const sections = page
  .split(/^### /m)
  .slice(1)
  .map((section) => section.split(/^## /m)[0] ?? "");

/** The lines of the sources that tell the user what to do next. */
function remedies(): { file: string; text: string }[] {
  const files = readdirSync(join(root, "provider"), { recursive: true, encoding: "utf8" });
  return files
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => {
      const source = ts.createSourceFile(
        file,
        readFileSync(join(root, "provider", file), "utf8"),
        ts.ScriptTarget.ES2022,
      );
      const found: { file: string; text: string }[] = [];
      const visit = (node: ts.Node): void => {
        if (ts.isPropertyAssignment(node) && /^(next|afterDeadline)$/.test(node.name.getText(source))) {
          const { initializer } = node;
          const lines = ts.isArrayLiteralExpression(initializer) ? [...initializer.elements] : [initializer];
          found.push(...lines.map((line) => ({ file, text: line.getText(source) })));
        }
        ts.forEachChild(node, visit);
      };
      visit(source);
      return found;
    });
}

describe("error codes", () => {
  it("each have a section on the troubleshooting page, in order and with the same title", () => {
    const told = sections.map((section) => section.split("\n").slice(0, 3).join("\n"));
    expect(told).to.deep.equal(Object.entries(codes).map(([code, title]) => `${code}\n\n**${title}.**`));
  });

  it("are each explained with cause and remedy", () => {
    for (const section of sections) expect(section).to.match(/\n- Cause: \S[^]+\n- Remedy: \S/);
  });

  it("are each used by at least one failure", () => {
    const sources = ["provider", "sdk"].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts") && file !== "codes.ts")
        .map((file) => readFileSync(join(root, folder, file), "utf8")),
    );
    const unused = Object.keys(codes).filter((code) => !sources.some((text) => text.includes(`"${code}"`)));
    expect(unused).to.deep.equal([]);
  });

  it("come with remedies of one action per line", () => {
    const long = remedies().filter(({ text }) => text.split(/\s+/).length > 40);
    expect(long.map(({ file, text }) => `${file}: ${text}`)).to.deep.equal([]);
  });

  it("link to their section of the page that the installed package contains", () => {
    expect(pointerTo("DGC307")).to.equal("DGC307: node_modules/pulumi-dgraphcloud/docs/troubleshooting.md#dgc307");
    const { files } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { files: string[] };
    expect(files).to.include("docs/*.md");
  });
});
