import { readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { expect } from "chai";
import { fileOf, pageWith, pictureNames, root, sidesOf } from "../../demo/pictures/page";
import { drawTerminal, textOf } from "../../demo/pictures/terminal";

describe("the pictures of the pages", () => {
  for (const name of pictureNames) {
    it(`have the text that their page shows below them: ${name}`, () => {
      expect(pageWith(name).text).to.equal(textOf(readFileSync(fileOf(name), "utf8")));
    });

    it(`are small, load nothing from elsewhere, and are published: ${name}`, () => {
      const svg = readFileSync(fileOf(name), "utf8");
      expect(statSync(fileOf(name)).size).to.be.at.most(60_000);
      expect(svg.replace('xmlns="http://www.w3.org/2000/svg"', "")).not.to.match(/https?:|href|url\(|<script|<style/);
      const { files } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { files: string[] };
      expect(files).to.include(relative(root, fileOf(name)).replace(/[^/]+$/, "*.svg"));
    });
  }

  it("name the pictures that there are", () => {
    expect(() => pageWith("absent")).to.throw("there is no picture absent: take one of preview");
  });

  it("read both sides of a change", () => {
    expect(sidesOf(" a(\n-  1,\n+  2,\n );\n")).to.deep.equal({ before: "a(\n  1,\n);\n", after: "a(\n  2,\n);\n" });
  });

  it("draw text with its colours, spaces and signs", () => {
    const svg = drawTerminal(
      '  \u001b[38;5;3m~ \u001b[1mzone\u001b[0m: "a" <&> b\n\n\u001b[31mred\u001b[0m\n\n',
      "A <title>",
    );
    expect(textOf(svg)).to.equal('  ~ zone: "a" <&> b\n\nred\n');
    expect(svg).to.contain("<title>A &lt;title&gt;</title>");
    expect(svg).to.contain(
      '>  <tspan fill="#e3b341">~ </tspan><tspan fill="#e3b341" font-weight="bold">zone</tspan>: "a" &lt;&amp;&gt; b</text>',
    );
    expect(svg).to.contain('<tspan fill="#ff7b72">red</tspan>');
  });

  it("break long lines at spaces, and in a word only where there is no other way", () => {
    const words = `warning: ${"erases data ".repeat(20)}`.trimEnd();
    const lines = textOf(drawTerminal(words, "")).trimEnd().split("\n");
    expect(lines).to.have.length(3);
    expect(lines.join(" ")).to.equal(words);
    for (const line of lines) expect(line).to.have.length.at.most(96);
    const long = `    ${"x".repeat(200)}`;
    expect(textOf(drawTerminal(long, "")).replaceAll("\n", "")).to.equal(long);
  });

  it("know every colour that they draw", () => {
    expect(() => drawTerminal("\u001b[38;5;200mpink", "")).to.throw(
      "a colour that the palette lacks: ansi-palette-200",
    );
  });
});
