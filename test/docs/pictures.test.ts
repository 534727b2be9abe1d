import { readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { expect } from "chai";
import { chartTitle } from "../../bench/chart";
import { drawComment } from "../../demo/pictures/comment";
import { escaped } from "../../demo/pictures/escaped";
import { changeAbove, fileOf, pageWith, pictureNames, root, sidesOf } from "../../demo/pictures/page";
import { drawTerminal, textOf } from "../../demo/pictures/terminal";
import { allPages } from "./blocks";

describe("the pictures of the pages", () => {
  for (const name of pictureNames) {
    it(`have the text that their page shows below them: ${name}`, () => {
      const svg = readFileSync(fileOf(name), "utf8");
      const { text, title } = pageWith(name);
      // The text of a comment is its Markdown.
      if (name === "summary") expect(drawComment(text, title)).to.equal(svg);
      else expect(text).to.equal(textOf(svg));
      expect(svg).to.contain(`>${escaped(title)}</title>`);
    });
  }

  for (const name of [...pictureNames, "performance"]) {
    const file = join(root, `docs/pictures/${name}.svg`);

    it(`are small, load nothing from elsewhere, and are published: ${name}`, () => {
      const svg = readFileSync(file, "utf8");
      expect(statSync(file).size).to.be.at.most(60_000);
      expect(svg.replace('xmlns="http://www.w3.org/2000/svg"', "")).not.to.match(/https?:|href|url\(|<script|<style/);
      const { files } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { files: string[] };
      expect(files).to.include(relative(root, file).replace(/[^/]+$/, "*.svg"));
    });
  }

  it("are shown with the same words on every page", () => {
    const shown = allPages().flatMap((page) => [
      ...readFileSync(join(root, page), "utf8").matchAll(/!\[(.*)\]\(\S*pictures\/(\w+)\.svg\)/g),
    ]);
    expect(shown.map(([, title, name]) => [name, title])).to.have.deep.members([
      ...["preview", "summary", "summary"].map((name) => [name, pageWith(name).title]),
      ["performance", chartTitle],
    ]);
  });

  it("name the pictures that there are", () => {
    expect(() => pageWith("absent")).to.throw("there is no picture absent: take one of preview, summary");
    expect(() => changeAbove("summary")).to.throw(
      "docs/how-to/pull-requests.md must have a diff block above the image",
    );
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

describe("the picture of a comment", () => {
  const linesIn = (markdown: string): { x: number; y: number; width: number; text: string; bold: boolean }[] =>
    [...drawComment(markdown, "").matchAll(/<text x="(.+?)" y="(.+?)" textLength="(.+?)" [^>]*?>(.*?)<\/text>/g)]
      .slice(3) // who has written the comment
      .map(([element, x, y, width, text = ""]) => ({
        ...{ x: Number(x), y: Number(y), width: Number(width), text },
        bold: element.includes('font-weight="600"'),
      }));

  it("shows headings, bold text, code, signs, and no comment of HTML", () => {
    const markdown = "### A\\_b\n\n**c** &lt;d&gt; @<!-- -->e `f`\n\n<!-- g -->\n";
    expect(linesIn(markdown).map(({ text, bold }) => (bold ? `**${text}**` : text))).to.deep.equal([
      "**A_b**",
      "**c**",
      "&lt;d&gt; @e",
      "f",
    ]);
    expect(drawComment(markdown, 'A "title" & more'))
      .to.contain('>A "title" &amp; more</title>')
      .and.to.contain(">A_b\nc &lt;d&gt; @e f</desc>");
  });

  it("indents the items of a list by their depth, with a bullet for each", () => {
    const markdown = "- a\n  - b\n- c\n";
    const [a, b, c] = linesIn(markdown);
    expect(b!.x).to.be.above(a!.x);
    expect(c!.x).to.equal(a!.x);
    expect(drawComment(markdown, "").match(/<circle[^>]*r="2.5"/g)).to.have.length(3);
  });

  it("breaks long lines within its edge, in a word only where there is no other way", () => {
    const words = `${"erases data ".repeat(40)}${"x".repeat(300)}`;
    const heading = linesIn(`### ${words}`);
    const item = linesIn(`- a\n  - **b** ${words}`);
    const cell = linesIn(`| a | b |\n| --- | --- |\n| c | ${words} |\n`);
    for (const lines of [heading, item, cell]) {
      expect(lines.map(({ text }) => text).join(" ")).to.contain("erases data erases");
      expect(lines.map(({ text }) => text.replaceAll(" ", "")).join("")).to.contain(words.replaceAll(" ", ""));
      for (const { x, width } of lines) expect(x + width).to.be.at.most(780);
    }
  });

  it("aligns the columns of a table, below a head in bold", () => {
    const cells = linesIn("| resource | what |\n| --- | --- |\n| a | is created |\n| Backend b | is updated |\n");
    expect(cells.map(({ bold }) => bold)).to.deep.equal([true, true, false, false, false, false]);
    const [, , a, created, b, updated] = cells;
    expect([a!.x, created!.x]).to.deep.equal([b!.x, updated!.x]);
    expect([created!.y, updated!.y]).to.deep.equal([a!.y, b!.y]);
    expect(b!.x + b!.width).to.be.below(updated!.x);
    expect(b!.y).to.be.above(a!.y);
  });

  it("refuses Markdown that it would show wrongly", () => {
    const unknown = {
      "[a](b)": "link_open",
      "*a*": "em_open",
      "a\nb": "softbreak",
      "a <b> c": "html_inline",
      "<b>": "html_block",
      "1. a": "ordered_list_open",
      "- a\n\n  b": "paragraph_open",
      "# a": "heading_open",
      "---": "hr",
    };
    for (const [markdown, name] of Object.entries(unknown))
      expect(() => drawComment(markdown, ""), markdown).to.throw(`cannot show this Markdown: ${name}`);
  });
});
