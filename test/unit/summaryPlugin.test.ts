import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { markdownOf } from "../../cli/summary/markdown";
import { readPreview } from "../../cli/summary/preview";
import { headlineOf, type Summary, summaryOf } from "../../cli/summary/summary";

/**
 * What the engine 3.274.1 wrote about a stack on the plugin, with a Backend, a Restore, a DataDrop and a GraphqlSchema. What a summary does not
 * read is left out.
 */
const previews = JSON.parse(readFileSync(join(__dirname, "pluginPreviews.json"), "utf8")) as Record<string, object>;

const summaryNamed = (name: string, change = (text: string) => text): Promise<Summary> =>
  summaryOf(readPreview(change(JSON.stringify(previews[name]))));

/** Each preview: its headline, the words of --fail-on that it has, and a part of its Markdown. */
const expected: Readonly<Record<string, readonly [headline: string, words: string, text: RegExp]>> = {
  fresh: [
    "4 changes, nothing is destroyed",
    "",
    /\| Restore "copy" \| runs on a new backend, which holds nothing to lose \|/,
  ],
  moved: ["no changes", "", /7 resources stay as they are/],
  replace: [
    'Backend "orders" is replaced without its data',
    "replace",
    /because of a change of zone \("us-east-1" → "eu-west-1"\); .*GraphqlSchema "orders-schema" \| is sent to a new backend/s,
  ],
  restore: [
    'Restore "copy" replaces all data of its target',
    "restore",
    /will replace all data and the schema of the backend "orders" \(0x43\) .* because of a change of triggers \("seed"\)/,
  ],
  drop: ['DataDrop "wipe" erases data', "drop", /erase all data of the backend "orders" \(0x43\)/],
  schema: [
    'GraphqlSchema "orders-schema" has changes that need consent (hides data)',
    "schema",
    /hides data: A\.email: field removed/,
  ],
  protect: ["3 changes, nothing is destroyed", "", /is updated: deletionProtection \(… → true\)/],
  destroy: ['Backend "orders" is deleted with its data', "delete", /\*\*Backend "orders" \(0x43\)\*\* is deleted/],
  import: ["1 change, nothing is destroyed", "", /\| Backend "mine" \| is imported \|/],
  config: ["the preview failed", "", /- \*\*the settings of dgraphcloud\*\*: the stack .*See DGC807/s],
};

describe("the summary of a preview on the plugin", () => {
  for (const [name, [headline, words, text]] of Object.entries(expected))
    it(`says what it destroys: ${name}`, async () => {
      const summary = await summaryNamed(name);
      expect(headlineOf(summary)).to.equal(`test/engine-test: ${headline}`);
      expect(summary.destroyed.map(({ destroys }) => destroys).join()).to.equal(words);
      expect(markdownOf(summary, 65_536, new Date())).to.match(text);
    });

  it("names the backend that --data asks about", async () => {
    const { destroyed } = await summaryNamed("replace");
    expect(destroyed.map(({ data }) => data)).to.deep.equal([{ uid: "0x43" }]);
  });

  it("names a Provider of the program whose settings are refused", async () => {
    const { refusals } = await summaryNamed("config", (text) => text.replaceAll("default_0_1_0", "theirs"));
    expect(refusals.map(({ of }) => of)).to.deep.equal(['Provider "theirs"']);
  });
});
