import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect } from "chai";
import * as v from "valibot";
import { parse } from "yaml";

const folder = resolve(__dirname, "../../.github/ISSUE_TEMPLATE");
const read = (name: string): string => readFileSync(join(folder, name), "utf8");
const forms = readdirSync(folder).filter((name) => name !== "config.yml");

const text = v.pipe(v.string(), v.trim(), v.nonEmpty());
const id = v.optional(v.pipe(v.string(), v.regex(/^[\w-]+$/)));
const validations = v.optional(v.strictObject({ required: v.optional(v.boolean()) }));
/** How GitHub colours an answer: it takes the names of its own list of languages. */
const render = v.optional(v.picklist(["TypeScript", "Text"]));
const asked = { label: text, description: v.optional(text) };
const options = <T extends v.GenericSchema>(option: T) => v.pipe(v.array(option), v.minLength(1));

/** What GitHub takes as an element of a form. It shows no form that has anything else, and says so only on its website. */
const element = v.variant("type", [
  v.strictObject({ type: v.literal("markdown"), attributes: v.strictObject({ value: text }) }),
  v.strictObject({
    type: v.literal("input"),
    id,
    attributes: v.strictObject({ ...asked, placeholder: v.optional(text), value: v.optional(text) }),
    validations,
  }),
  v.strictObject({
    type: v.literal("textarea"),
    id,
    attributes: v.strictObject({
      ...asked,
      placeholder: v.optional(text),
      value: v.optional(text),
      render,
    }),
    validations,
  }),
  v.strictObject({
    type: v.literal("dropdown"),
    id,
    attributes: v.strictObject({
      ...asked,
      multiple: v.optional(v.boolean()),
      options: options(text),
      default: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
    }),
    validations,
  }),
  v.strictObject({
    type: v.literal("checkboxes"),
    id,
    attributes: v.strictObject({
      ...asked,
      options: options(v.strictObject({ label: text, required: v.optional(v.boolean()) })),
    }),
  }),
]);
type Element = v.InferOutput<typeof element>;

const idOf = (one: Element): string | undefined => ("id" in one ? one.id : undefined);
const labelOf = (one: Element): string | undefined => ("label" in one.attributes ? one.attributes.label : undefined);
const areUnique = (values: readonly (string | undefined)[]): boolean => {
  const given = values.filter((value) => value !== undefined);
  return new Set(given).size === given.length;
};

const form = v.strictObject({
  name: text,
  description: text,
  title: v.optional(text),
  labels: v.optional(v.array(text)),
  assignees: v.optional(v.array(text)),
  body: v.pipe(
    v.array(element),
    v.check((body) => body.some(({ type }) => type !== "markdown"), "asks nothing"),
    v.check((body) => areUnique(body.map(idOf)), "has an id twice"),
    v.check((body) => areUnique(body.map(labelOf)), "has a label twice"),
  ),
});

/** What is wrong with a form: the place, and the complaint. */
function problemsOf(source: string): string[] {
  const { issues = [] } = v.safeParse(form, parse(source));
  return issues.map((issue) => `${v.getDotPath(issue) ?? ""}: ${issue.message}`);
}

describe("the forms for issues", () => {
  it("are all there", () => {
    expect(forms).to.have.members(["bug.yml", "feature.yml"]);
  });

  for (const name of forms)
    it(`are what GitHub takes: ${name}`, () => {
      expect(problemsOf(read(name))).to.deep.equal([]);
    });

  it("leave no way around them", () => {
    expect(parse(read("config.yml"))).to.deep.equal({ blank_issues_enabled: false });
  });

  it("ask a bug for everything that an answer needs", () => {
    const { body } = v.parse(form, parse(read("bug.yml")));
    const required = body.filter((one) => "validations" in one && one.validations?.required === true).map(idOf);
    expect(required).to.have.members(["code", "what", "program", "output", "package", "pulumi", "node", "cloud"]);
    const output = JSON.stringify(body.find((one) => idOf(one) === "output"));
    expect(output).to.include("`DGRAPHCLOUD_LOG=debug pulumi up`").and.include("Read the output before you paste it");
    expect(read("bug.yml")).to.include("docs/troubleshooting.md").and.include("SECURITY.md");
  });

  const broken: readonly [from: string, to: string, problem: RegExp][] = [
    ["name: Bug", "names: Bug", /^name: .*\nnames: /],
    ["description: Something fails, or does what it should not.\n", "", /^description: /],
    ["type: input", "type: text", /^body\.1\.type: /],
    ["placeholder: DGC307", "example: DGC307", /^body\.1\.attributes\.example: /],
    ["      label: Code of the error\n", "", /^body\.1\.attributes\.label: /],
    ["required: true", 'required: "yes"', /^body\.1\.validations\.required: /],
    ["id: code", "id: the code", /^body\.1\.id: /],
    ["id: what", "id: code", /^body: has an id twice$/],
    ["label: Which cloud", "label: Code of the error", /^body: has a label twice$/],
    ["- Dgraph Cloud\n", "- 1\n", /^body\.8\.attributes\.options\.0: /],
    ["render: TypeScript", "render: typed", /^body\.3\.attributes\.render: /],
  ];
  for (const [from, to, problem] of broken)
    it(`are refused with ${JSON.stringify(to)} for ${JSON.stringify(from)}`, () => {
      expect(read("bug.yml")).to.contain(from);
      expect(problemsOf(read("bug.yml").replace(from, () => to)).join("\n")).to.match(problem);
    });

  it("are refused when they ask nothing", () => {
    const lone = "name: a\ndescription: b\nbody:\n  - type: markdown\n    attributes:\n      value: c\n";
    expect(problemsOf(lone)).to.deep.equal(["body: asks nothing"]);
  });
});
