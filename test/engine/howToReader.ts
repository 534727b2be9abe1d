import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "chai";
import type { Account, LocalCloudOptions } from "dgraphcloud-local";
import { allBlocks, allPages, type Block, fileOf, notPrinted, placeOf, root } from "../docs/blocks";
import { runShell } from "../docs/shell";
import { isFollowed, neverTooLate, treatmentOf } from "../docs/blockTreatments";
import { Stack } from "../harness/engineStack";

/** The pages that are followed, by their paths from the root. */
export const followedPages: readonly string[] = allPages().filter(isFollowed);

/** Needs clusters: test/engine/selfHosted.test.ts follows it. */
export const selfHostedPage = "docs/how-to/self-hosted.md";

/** Followed by test/engine/pluginPages.test.ts. */
export const pluginPages = {
  plugin: "docs/plugin.md",
  move: "docs/how-to/move-to-the-plugin.md",
  import: "docs/how-to/import.md",
} as const;

/** A how-to page, followed as by a reader: its files are written, its commands are typed, and its output blocks are compared. */
export class Story {
  private readonly blocks: readonly Block[];
  private readonly followed = new Set<Block>();

  private constructor(
    page: string,
    readonly stack: Stack,
    /** What the reader types when pulumi asks for a password. */
    public password: string,
  ) {
    this.blocks = allBlocks().filter((block) => block.file === page && treatmentOf(block) !== "picture");
  }

  static async start(page: string, options: LocalCloudOptions, password = "local-password"): Promise<Story> {
    const stack = await Stack.start({ provisioningMs: 0, restoreMs: 0, ...options });
    writeFileSync(join(stack.project, "package.json"), '{ "name": "test", "main": "index.ts" }\n');
    symlinkSync(join(root, "node_modules", "tsx"), join(stack.project, "node_modules", "tsx"));
    // Where the Automation API keeps the workspace of an inline program.
    stack.environment["TMPDIR"] = stack.folder;
    return new Story(page, stack, password);
  }

  /**
   * Follows the page from a heading to the next one; gives what the commands printed. `instead` has texts of the page that stand for
   * something else in this test, in its commands, files and output: `$(date)` for a day of its own.
   */
  async follow(heading: string, instead: Readonly<Record<string, string>> = {}): Promise<string> {
    const blocks = this.blocks.filter((block) => block.heading === heading);
    expect(blocks, `code blocks under "${heading}"`).not.to.deep.equal([]);
    let printed = "";
    let all = "";
    for (const [index, block] of blocks.entries()) {
      this.followed.add(block);
      const treatment = treatmentOf(block);
      if (fileOf(block) !== undefined) this.write(block, instead);
      else if (treatment === "patch") this.patch(block);
      else if (treatment === "story") all += printed = await this.type(block, instead, isError(blocks[index + 1]));
      else if (treatment === "output")
        expect(notPrinted(replaced(block.text, instead), printed), `${placeOf(block)}\n${printed}`).to.deep.equal([]);
      else expect(treatment, placeOf(block)).to.equal("syntax");
    }
    return all;
  }

  /** The blocks that no test has followed. */
  left(): string[] {
    return this.blocks.filter((block) => !this.followed.has(block)).map(placeOf);
  }

  private write(block: Block, instead: Readonly<Record<string, string>>): void {
    const path = join(this.stack.project, fileOf(block) ?? "");
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, neverTooLate(replaced(block.text, instead)));
  }

  /** Changes a file as a diff says, whose first line is the first line of the file. */
  private patch(block: Block): void {
    const [head = "", ...lines] = block.text.trimEnd().split("\n");
    const side = (mark: string): string =>
      lines
        .filter((line) => line === "" || line.startsWith(" ") || line.startsWith(mark))
        .map((line) => `${line.slice(1)}\n`)
        .join("");
    const path = join(this.stack.project, fileOf({ ...block, text: `${head.trim()}\n` }) ?? "");
    const text = readFileSync(path, "utf8");
    const before = neverTooLate(side("-"));
    expect(text.split(before), `${placeOf(block)}: these lines are once in the file:\n${text}`).to.have.length(2);
    writeFileSync(
      path,
      text.replace(before, () => neverTooLate(side("+"))),
    );
  }

  private async type(block: Block, instead: Readonly<Record<string, string>>, fails: boolean): Promise<string> {
    const text = replaced(block.text, instead);
    const { local, folder, project, environment } = this.stack;
    const { code, output } = await runShell([{ ...block, text }], local, folder, {
      folder: project,
      environment,
      password: this.password,
    });
    if (fails) expect(code, output).not.to.equal(0);
    else expect(code, output).to.equal(0);
    return output;
  }
}

function replaced(text: string, instead: Readonly<Record<string, string>>): string {
  return Object.entries(instead).reduce((changed, [from, to]) => changed.replaceAll(from, to), text);
}

/** Whether an output block shows that the command above it fails. */
function isError(block: Block | undefined): boolean {
  return block !== undefined && treatmentOf(block) === "output" && block.text.startsWith("error: ");
}

/** The account of the pages, unless they name others. */
export const dev: Account = { email: "dev@example.com", password: "local-password" };

/** A page as one long story: what each test leaves is what the next one begins with. */
export function describePage(file: string, options: LocalCloudOptions, tests: (story: () => Story) => void): void {
  describe(`engine: ${file}`, function () {
    this.timeout(300_000);
    let story: Story;
    before(async () => {
      story = await Story.start(file, { accounts: [dev], ...options });
    });
    after(() => story.stack.close());
    tests(() => story);
    it("was followed to its end", () => {
      expect(story.left()).to.deep.equal([]);
    });
  });
}
