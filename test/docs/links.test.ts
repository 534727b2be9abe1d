import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { allPages, root } from "./blocks";

/** What can be linked to on a page: its headings, as GitHub names them, without those in code blocks. */
function anchorsOf(page: string): string[] {
  return [...withoutCode(page).matchAll(/^#{1,6} +(.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-"),
  );
}

function withoutCode(page: string): string {
  return page.replace(/^( *)```[^]*?^\1```$/gm, "");
}

/** The links of a page to files of this repository, as they are written. */
function linksOf(page: string): string[] {
  return [...withoutCode(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = ""]) => link)
    .filter((link) => !/^[a-z]+:/.test(link));
}

describe("the links of the pages", () => {
  it("are found with their anchors, and not in code", () => {
    const page =
      "# The first: A `b`\n[x](y.md#z), [w](https://w.example)\n```sh\n# no heading [a](b)\n```\n## Über uns\n";
    expect(anchorsOf(page)).to.deep.equal(["the-first-a-b", "über-uns"]);
    expect(linksOf(page)).to.deep.equal(["y.md#z"]);
  });

  for (const page of allPages())
    it(`lead somewhere: ${page}`, () => {
      const broken = linksOf(readFileSync(join(root, page), "utf8")).filter((link) => {
        const [path = "", anchor] = link.split("#");
        const target = path === "" ? join(root, page) : join(root, dirname(page), path);
        return (
          !existsSync(target) || (anchor !== undefined && !anchorsOf(readFileSync(target, "utf8")).includes(anchor))
        );
      });
      expect(broken).to.deep.equal([]);
    });
});
