import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect } from "chai";
import { allBlocks, type Block, fileOf, placeOf, root } from "./blocks";
import { treatmentOf } from "./blockTreatments";

/** The examples of languages by their main files. */
const programs: Readonly<Record<string, string>> = {
  "Pulumi.yaml": "examples/plugin-yaml/Pulumi.yaml",
  "__main__.py": "examples/plugin-python/__main__.py",
  "main.go": "examples/plugin-go/main.go",
};

/** Where a file of a page would lie in the examples. */
function exampleOf(block: Block): string | undefined {
  const file = fileOf(block) ?? "";
  if (treatmentOf(block) === "example") return programs[file] ?? "an example for this file";
  if (file === "helm/index.ts") return "examples/self-hosted-helm/index.ts";
  if (file.startsWith(".github/workflows/")) return `examples/github-actions/${basename(file)}`;
  return [".gitlab-ci.yml", "gitlab.mjs"].includes(file) ? `examples/gitlab/${file}` : undefined;
}

describe("the files of the examples that the pages show", () => {
  const shown = allBlocks().flatMap((block) => {
    const example = exampleOf(block);
    const isShown = example !== undefined && (treatmentOf(block) === "example" || existsSync(join(root, example)));
    return isShown ? [{ block, example }] : [];
  });

  it("are found", () => {
    expect(shown.map(({ example }) => example)).to.include.members([
      "examples/github-actions/drift.mjs",
      "examples/github-actions/drift.yml",
      "examples/github-actions/nightly-backup.yml",
      "examples/github-actions/nightly-copy.yml",
      "examples/gitlab/.gitlab-ci.yml",
      "examples/gitlab/gitlab.mjs",
      "examples/plugin-go/main.go",
      "examples/plugin-python/__main__.py",
      "examples/plugin-yaml/Pulumi.yaml",
      "examples/self-hosted-helm/index.ts",
    ]);
  });

  for (const { block, example } of shown)
    it(`are shown as they are: ${placeOf(block)}`, () => {
      // The first line is the comment with the name of the file.
      expect(block.text.slice(block.text.indexOf("\n") + 1)).to.equal(readFileSync(join(root, example), "utf8"));
    });
});
