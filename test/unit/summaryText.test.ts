import { expect } from "chai";
import { jsonOf } from "../../cli/summary/json";
import { markdownOf } from "../../cli/summary/markdown";
import { readPreview } from "../../cli/summary/preview";
import { messagesOfOthers, refusalsIn } from "../../cli/summary/refusals";
import { type Summary, summaryOf } from "../../cli/summary/summary";
import { diagnostic, digest, step } from "../harness/previews";

const plan = { name: "orders", zone: "us-east-1", deploymentType: "dedicated" };
const now = new Date("2026-11-27T12:00:00Z");
const comment = 65_536;

const of = (steps: readonly object[], more = {}): Promise<Summary> => summaryOf(readPreview(digest(steps, more)));
const markdown = async (steps: readonly object[], more = {}, most = comment): Promise<string> =>
  markdownOf(await of(steps, more), most, now);
const many = (count: number, make: (name: string) => object): object[] =>
  Array.from({ length: count }, (_, index) => make(`number-${String(index).padStart(5, "0")}`));
const deleted = (name: string): object => step("delete", { name, old: plan });
const created = (name: string): object => step("create", { name, next: plan });

describe("the Markdown of a summary", () => {
  it("begins with what is lost, and ends with the mark by which a job finds its comment", async () => {
    const lines = (await markdown([created("users"), deleted("orders")])).trim().split("\n");
    expect(lines[0]).to.equal('### shop/dev: Backend "orders" is deleted with its data');
    expect(lines.at(-1)).to.equal("<!-- pulumi-dgraphcloud summary shop/dev -->");
    const text = lines.join("\n");
    expect(text.indexOf("What is destroyed")).to.be.below(text.indexOf("What else changes"));
    expect(text).to.contain('- **Backend "orders" (0x42)** is deleted with its data and its schema');
    expect(text).to.contain('| Backend "users" | is created |');
    expect(text).to.contain("2 resources stay as they are.");
  });

  it("gives no advice to leave something in the program that is a leftover of an earlier replace", async () => {
    const advice = "leave it in the program";
    expect(await markdown([step("delete-replaced", { old: plan })])).not.to.contain(advice);
    expect(await markdown([deleted("orders")])).to.contain(advice);
  });

  it("is the same for the same plan, in whatever order the engine gives it", async () => {
    const steps = [
      created("a"),
      deleted("b"),
      created("c"),
      step("update", { old: plan, next: { ...plan, name: "x" }, diff: ["name"] }),
    ];
    const diagnostics = ["one", "two"].map((name) => diagnostic("error", `bad. [DGC603: here]`, { name }));
    const first = await markdown(steps, { diagnostics });
    expect(await markdown([...steps].reverse(), { diagnostics: [...diagnostics].reverse() })).to.equal(first);
  });

  it("lets no name become Markdown or HTML, or mention somebody", async () => {
    const name = "x|y](https://evil) <img src=1> **bold** `code` @everyone #12 & \\";
    const text = await markdown([deleted(name), step("create", { type: "a:b:C", name, next: {} })]);
    for (const part of ["<img", "**bold**", "`code`", "@everyone", "#12", "x|y"]) expect(text).not.to.contain(part);
    expect(text, "a link").not.to.match(/(?<!\\)\]\(/);
    expect(text).to.contain("@<!-- -->everyone").and.to.contain("&lt;img").and.to.contain("x\\|y");
    expect(text.split("\n").filter((line) => line.startsWith("|"))).to.have.length(3);
  });

  it("lets no name begin a line, and no message or detail become Markdown", async () => {
    const name = "a\n# title\n| b | <i>c</i> &lt;";
    const old = { ...plan, deletionProtection: true };
    const off = step("update", { name, old, next: { ...old, deletionProtection: false }, diff: ["x|y<b>"] });
    const diagnostics = [
      diagnostic("error", "no <b>\n- no | <i> *more*. [DGC603: x]", { name }),
      diagnostic("error", "no. [DGC603: x]", { name: "<u>" }),
    ];
    const foreign = step("delete", { type: "a:b:C", name, old: {} });
    const text = await markdown([off, deleted(name), foreign], { diagnostics });
    for (const part of ["<i>", "<b>", "<u>", " &lt; ", "*more*", "x|y"]) expect(text).not.to.contain(part);
    expect(text).to.contain("&amp;lt;");
    expect(text.split("\n").filter((line) => /^(# |\| b)/.test(line))).to.deep.equal([]);
    const rows = text.split("\n").filter((line) => line.startsWith("|"));
    for (const row of rows) expect(row.match(/(?<!\\)\|/g), row).to.have.length(3);
  });

  it("ends with a mark that no name of a stack can end", async () => {
    const odd = { op: "delete", urn: "urn:pulumi:x--><b>::shop::a:b:C::d", oldState: { type: "a:b:C", custom: true } };
    const summary = await summaryOf(readPreview(JSON.stringify({ steps: [odd], duration: 1 })));
    const last = markdownOf(summary, comment, now).trim().split("\n").at(-1);
    expect(last).to.match(/^<!-- (?:(?!-->).)+ -->$/);
  });

  describe("that is too long for a comment", () => {
    it("leaves out other changes first, and says how many", async () => {
      const text = await markdown([...many(2_000, created), deleted("orders")]);
      expect(text.length).to.be.within(comment - 200, comment);
      const [, left] = /And (\d+) more: pulumi preview lists them\./.exec(text) ?? [];
      expect(Number(left) + text.split(" | is created |").length - 1).to.equal(2_000);
      expect(text).to.contain('**Backend "orders" (0x42)** is deleted');
    });

    it("names everything that is lost, and why, before it shortens anything of it", async () => {
      const moved = (name: string): object =>
        step("replace", {
          name,
          old: plan,
          next: { ...plan, zone: "x" },
          diff: ["zone"],
          replace: ["zone"],
          oldOptions: { protect: true },
        });
      const text = await markdown([...many(320, moved), ...many(100, (name) => created(`new-${name}`))]);
      expect(text.length).to.be.at.most(comment);
      for (const { length, index } of many(320, moved).map((_, index) => ({ length: 5, index })))
        expect(text).to.contain(
          `number-${String(index).padStart(length, "0")}" (0x42)** is replaced by a new, empty one because of a change of zone`,
        );
      expect(text).to.contain("And 100 more");
    });

    it("still names everything that is lost when there is room for no more", async () => {
      const text = await markdown(many(1_100, deleted));
      expect(text.length).to.be.at.most(comment);
      for (const name of ["number-00000", "number-00500", "number-01099"])
        expect(text).to.contain(`- delete: Backend "${name}" (0x42)`);
    });

    it("is too long rather than silent about a loss", async () => {
      const text = await markdown(many(50, deleted), {}, 500);
      expect(text.length).to.be.above(500);
      expect(text.match(/- delete: /g)).to.have.length(50);
    });

    it("names the grades of a schema when there is no room for its changes", async () => {
      const schema = { kind: "GraphqlSchema", name: "big" };
      const fields = many(40, (name) => ({ name })).map((_, index) => `field${index}: String`);
      const old = { backend: "0x42", schema: `type A { id: ID! ${fields.join(" ")} }` };
      const change = step("update", {
        ...schema,
        old,
        next: { ...old, schema: "type A { id: ID! }" },
        diff: ["schema"],
      });
      expect(await markdown([change])).to.contain("hides data: A.field39: field removed");
      expect(await markdown([change], {}, 400)).to.contain('- schema: GraphqlSchema "big" (hides data)');
    });

    it("shortens a failure that every resource has", async () => {
      const long = Array.from({ length: 40 }, (_, index) => `line ${index} ${"x".repeat(100)}`).join("\n");
      const diagnostics = many(300, (name) => diagnostic("error", `bad zone\n${long}. [DGC603: here]`, { name }));
      const text = await markdown([deleted("orders")], { diagnostics });
      expect(text.length).to.be.at.most(comment);
      expect(text).to.contain("and 280 more").and.to.contain('**Backend "orders" (0x42)** is deleted');
    });
  });
});

describe("what a failed preview refused", () => {
  const refusals = (...diagnostics: readonly object[]) => refusalsIn(readPreview(digest([], { diagnostics })));
  const orders = { name: "orders" };

  it("repeats our reason without the refused value, which the engine puts before it", () => {
    const message =
      "pulumi-nodejs:dynamic/dgraphcloud:Backend resource 'orders': property lambdaScript value {const key = 'a-secret' }} has a problem: " +
      "must be a string\n    Give the source of the script. [DGC603: node_modules/pulumi-dgraphcloud/docs/troubleshooting.md#dgc603]";
    expect(refusals(diagnostic("error", message, orders))).to.deep.equal([
      {
        of: 'Backend "orders"',
        lines: [
          '"lambdaScript": must be a string',
          "Give the source of the script.",
          "See DGC603 in docs/troubleshooting.md of pulumi-dgraphcloud.",
        ],
      },
    ]);
  });

  it("leaves out the refused value whatever the names are", () => {
    const reason = "has a problem: must be a string [DGC603: x]";
    const token = "pulumi-nodejs:dynamic/dgraphcloud:Backend";
    const messages = [
      `${token} resource 'o'brien': property lambdaScript value {a-secret} ${reason}`,
      `${token} resource 'orders': property triggers["a b"] value {a-secret} ${reason}`,
      `${token} resource 'orders': property lambdaScript value {it's {a-secret} } ${reason}`,
      `${token} resource 'orders': property lambdaScript value {a-secret\n' } ${reason}`,
    ];
    for (const message of messages) {
      const [refusal] = refusals(diagnostic("error", message, orders));
      expect(JSON.stringify(refusal)).not.to.contain("a-secret");
      expect(refusal?.lines[0]).to.match(/must be a string$/);
    }
  });

  it("repeats nothing that others have put around our reason", () => {
    const ours = "getBackend: no backend has the name. See DGC301: node_modules/x";
    const foreign = [
      diagnostic("error", `no log-in with a-secret: ${ours}`),
      diagnostic("error", `no log-in with a-secret: ${ours}`, { type: "aws:s3/bucket:Bucket", name: "logs" }),
      diagnostic("error", `Error: ${ours}`, { type: "pulumi-nodejs:dynamic:Resource", name: "own" }),
    ];
    for (const one of foreign) expect(refusals(one)[0]?.lines).to.deep.equal([]);
    expect(messagesOfOthers(readPreview(digest([], { diagnostics: foreign })))).to.have.length(3);
  });

  it("repeats our reason about a property that may be secret", () => {
    const message =
      "pulumi-nodejs:dynamic/dgraphcloud:GraphqlSchema resource 's' has a problem: \"schema\": 1 change needs your consent: A.b [DGC702: x]";
    const [refusal] = refusals(diagnostic("error", message, { kind: "GraphqlSchema", name: "s" }));
    expect(refusal?.lines[0]).to.equal('"schema": 1 change needs your consent: A.b');
  });

  it("repeats the failure of a look-up in the program, without the stack before it", () => {
    const message =
      "Running program '/home/u/index.js' failed with an unhandled exception:\nError: getBackend: no backend has the name \"x\".\n" +
      "- Correct the name.\nSee DGC301: node_modules/pulumi-dgraphcloud/docs/troubleshooting.md#dgc301";
    expect(refusals(diagnostic("error", message))).to.deep.equal([
      {
        of: "the program",
        lines: [
          'getBackend: no backend has the name "x".',
          "- Correct the name.",
          "See DGC301 in docs/troubleshooting.md of pulumi-dgraphcloud.",
        ],
      },
    ]);
  });

  it("says in its own words that the engine protects a resource", () => {
    const messages = [
      'unable to replace resource "urn:…"\nas it is currently marked for protection. To unprotect …',
      'Preview failed: resource "urn:…" cannot be deleted\nbecause it is protected. To unprotect …',
    ];
    for (const message of messages) {
      const [refusal] = refusals(diagnostic("error", message, orders), diagnostic("error", "preview failed"));
      expect(refusal?.lines.join(" ")).to.contain("deletionProtection: false").and.not.to.contain("urn:");
    }
  });

  it("leaves messages of others to the log of the job", () => {
    const foreign = [
      diagnostic("error", "aws: denied for the-secret", { type: "aws:s3/bucket:Bucket", name: "logs" }),
      diagnostic("error", "Error: cannot connect with the-secret"),
    ];
    expect(JSON.stringify(refusals(...foreign))).not.to.contain("the-secret");
    expect(refusals(...foreign).map(({ of }) => of)).to.deep.equal(['Bucket "logs"', "the program"]);
    const messages = messagesOfOthers(
      readPreview(digest([], { diagnostics: [...foreign, diagnostic("error", "preview failed")] })),
    );
    expect(messages).to.have.length(2);
    expect(messages.join()).to.contain("denied for the-secret");
  });

  it("says when a preview ended without a word, or only with the engine's last one", () => {
    const [cancelled, ...more] = refusalsIn(readPreview(digest([], { failed: true })));
    expect(cancelled).to.deep.equal({ of: "the preview", lines: ["It ended before everything was planned."] });
    expect(more).to.deep.equal([]);
    const [policy] = refusals(diagnostic("error", "preview failed"));
    expect(policy?.lines.join(" ")).to.contain("A mandatory policy may be violated");
  });
});

describe("the JSON of a summary", () => {
  it("has the same facts for a program, and no input of a resource", async () => {
    const script = { ...plan, lambdaScript: "const password = 'in-the-script'" };
    const text = jsonOf(
      await of([step("replace", { old: script, next: { ...script, zone: "x" }, diff: ["zone"], replace: ["zone"] })]),
    );
    expect(text).not.to.contain("in-the-script");
    expect(JSON.parse(text)).to.deep.include({ stack: "shop/dev", failed: false, unchanged: 2, others: [] });
    const { destroyed } = JSON.parse(text) as { destroyed: object[] };
    expect(destroyed[0]).to.deep.include({
      name: 'Backend "orders"',
      id: "0x42",
      operation: "replace",
      destroys: "replace",
      causes: ["zone"],
      backend: "0x42",
    });
  });
});
