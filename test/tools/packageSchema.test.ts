import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect } from "chai";
import ts from "typescript";
import { settingNames } from "../../provider/api/settings";
import type { Field } from "../../provider/resource/fields";
import { customResources, packageSchema } from "../../tools/schema/package";
import type { CustomResource } from "../../tools/schema/resources";
import { ownSources } from "../../tools/schema/sources";
import type { PackageSpec, Properties, ResourceSpec } from "../../tools/schema/spec";
import { Words } from "../../tools/schema/words";
import { makeTemporaryFolder, removeFolder } from "../harness/folders";

const root = resolve(__dirname, "../..");

describe("the package schema", () => {
  let schema: PackageSpec;
  before(() => (schema = packageSchema(root)));

  const resource = (kind: string): ResourceSpec => schema.resources[`dgraphcloud:index:${kind}`]!;

  for (const { resource: of } of customResources) {
    it(`has each row of the field table of ${of.kind}, with what its columns say`, () => {
      const { inputProperties, requiredInputs, properties = {} } = resource(of.kind);
      const rows: [string, Field][] = Object.entries(of.fields);
      expect(Object.keys(inputProperties)).to.have.members(rows.map(([name]) => name));
      for (const [name, field] of rows) {
        const input = inputProperties[name]!;
        expect(input.willReplaceOnChanges === true, `${name} replaces`).to.equal(field.onChange === "replace");
        const isRequired = field.required === true && field.on === undefined;
        expect(requiredInputs.includes(name), `${name} is required`).to.equal(isRequired);
        if (input.secret === true) expect(field.mayBeSecret, `${name} is a secret`).to.equal(true);
        expect(properties, "the inputs in the state").to.have.property(name);
        // As an option, it would also replace where a change has no effect, like the removal of a trigger.
        expect(input).not.to.have.property("replaceOnChanges");
      }
    });

    it(`has an alias for the dynamic type of ${of.kind}`, () => {
      expect(resource(of.kind).aliases).to.deep.equal([{ type: `pulumi-nodejs:dynamic/dgraphcloud:${of.kind}` }]);
    });
  }

  it("marks as secrets what is always one, as an input and in the state, and nothing else", () => {
    const secrets = (properties: Properties = {}): string[] =>
      Object.keys(properties).filter((name) => properties[name]?.secret === true);
    const found = Object.entries(schema.resources).map(([token, { inputProperties, properties }]) => [
      token.replace("dgraphcloud:index:", ""),
      { inputs: secrets(inputProperties), outputs: secrets(properties) },
    ]);
    const none: string[] = [];
    expect(Object.fromEntries(found)).to.deep.equal({
      Backend: { inputs: none, outputs: ["jwtToken"] },
      GraphqlSchema: { inputs: ["authorization"], outputs: ["authorization"] },
      DataDrop: { inputs: none, outputs: ["exportUrls"] },
      Backup: { inputs: ["credentials"], outputs: ["credentials"] },
      RestoreRequest: { inputs: ["credentials"], outputs: ["credentials"] },
      RestoreCompletion: { inputs: none, outputs: none },
      Environment: { inputs: ["authorization"], outputs: ["jwtToken"] },
      Restore: { inputs: ["credentials"], outputs: none },
    });
    const settings = ["token", "password", "clusterAuthToken", "clusterPassword", "clusterHeaders"];
    expect(secrets(schema.provider.inputProperties)).to.deep.equal(settings);
    expect(secrets(schema.config.variables)).to.deep.equal(settings);
    const results = Object.entries(schema.functions).map(([token, { outputs }]) => [
      token,
      secrets(outputs.properties),
    ]);
    expect(results.filter(([, names]) => names!.length > 0)).to.deep.equal([
      ["dgraphcloud:index:getBackend", ["jwtToken"]],
      ["dgraphcloud:index:getBackends", ["backends"]],
    ]);
  });

  it("has the settings as the configuration of the package", () => {
    expect(Object.keys(schema.config.variables)).to.have.members([...settingNames]);
    expect(Object.keys(schema.provider.inputProperties)).to.have.members([...settingNames]);
  });

  it("has what the components and functions of the sdk take and give", () => {
    expect(resource("Restore")).to.include({ isComponent: true });
    expect(resource("Restore").inputProperties).to.include.keys("target", "location", "waitForCompletion");
    expect(resource("Restore").inputProperties).not.to.have.property("backup");
    expect(resource("Restore").inputProperties["waitForCompletion"]).to.include({ type: "boolean", plain: true });
    expect(resource("Environment")).to.deep.include({ requiredInputs: ["schema", "zone", "deploymentType"] });
    expect(resource("Environment").properties?.["backend"]).to.include({
      $ref: "#/resources/dgraphcloud:index:Backend",
    });
    const shape = (name: string): unknown => {
      const { inputs, outputs } = schema.functions[`dgraphcloud:index:${name}`]!;
      return [Object.keys(inputs?.properties ?? {}), inputs?.required, outputs.properties];
    };
    expect(shape("getBackups")).to.deep.include(["uid", "location", "credentials"]);
    expect(shape("getLambdaLogs")).to.deep.include(["backend", "start", "end"]).and.to.deep.include(["backend"]);
    expect(shape("getLambdaLogs")).to.have.nested.property("[2].logs.items.type", "string");
    expect(shape("getBackends")).to.deep.include(undefined);
  });

  it("has the types of values as other languages write them", () => {
    const { inputProperties, properties } = resource("GraphqlSchema");
    expect(inputProperties["schema"]).to.include({ type: "string" });
    expect(inputProperties["backend"]).to.include({ type: "string" });
    expect(inputProperties["triggers"]).to.include({ $ref: "pulumi.json#/Any" });
    expect(inputProperties["allow"]).to.deep.include({ type: "array", items: { type: "string" } });
    expect(resource("Backend").inputProperties["storage"]).to.include({ type: "integer" });
    expect(properties?.["changes"]).to.deep.include({ items: { $ref: "#/types/dgraphcloud:index:SchemaChange" } });
    const { grade } = schema.types["dgraphcloud:index:SchemaChange"]!.properties;
    expect(grade).to.include({ type: "string" });
    expect(grade?.description).to.include('"HIDES_DATA"');
  });

  it("carries every public docstring", () => {
    const descriptions = JSON.stringify(schema);
    const docstrings = publicDocstrings();
    expect(docstrings.length).to.be.at.least(150);
    for (const { name, text } of docstrings) {
      for (const sentence of new Words().of(text).split(/\n\n|(?<=\.) /)) {
        // The schema says of whom they are the inputs. What only a cluster has may stand after other words.
        const words = sentence.replace(/^Inputs of (?:an? )?`\w+`(?: for a cluster of your own)?[.:] ?/, "").slice(1);
        expect(descriptions.includes(JSON.stringify(words).slice(1, -1)), `${name}: ${words}`).to.equal(true);
      }
    }
  });

  it("has no words that hold for TypeScript only", () => {
    const text = JSON.stringify(schema);
    for (const words of ["{@link", "@example", "@throws", "ndefined", "pulumi.asset", "a Backend or its uid", "Input<"])
      expect(text, words).not.to.include(words);
  });
});

describe("a mistake in a field table", () => {
  const withBackend = (change: (fields: Record<string, Field>) => void): readonly CustomResource[] =>
    customResources.map((custom) => {
      if (custom.resource.kind !== "Backend") return custom;
      const fields: Record<string, Field> = { ...custom.resource.fields };
      change(fields);
      return { resource: { kind: "Backend", fields } };
    });
  const build = (change: (fields: Record<string, Field>) => void) => () =>
    packageSchema(root, ownSources(root), withBackend(change));

  it("is named if the table has an input that the sdk lacks", () => {
    const add = build((fields) => (fields["colour"] = { onChange: "update" }));
    expect(add).to.throw(
      '"colour" is in the field table of Backend in provider/ and not in BackendArgs in sdk/: add it there, or remove it.',
    );
  });

  it("is named if the sdk has an input that the table lacks", () => {
    const remove = build((fields) => delete fields["zone"]);
    expect(remove).to.throw('"zone" is in BackendArgs in sdk/ and not in the field table of Backend in provider/');
  });

  it("is named if the two differ about what is required", () => {
    const loosen = build((fields) => (fields["zone"] = { onChange: "replace" }));
    expect(loosen).to.throw("BackendArgs.zone is required in sdk/, and optional in the field table in provider/");
  });

  it("is named if a secret could be printed", () => {
    const resources = customResources.map((custom) => {
      if (custom.resource.kind !== "Backup") return custom;
      const fields = { ...custom.resource.fields, credentials: { onChange: "state" } as const };
      return { resource: { kind: "Backup", fields } };
    });
    expect(() => packageSchema(root, ownSources(root), resources)).to.throw(
      "BackupArgs.credentials is a secret by its docstring, and its row in the field table lacks mayBeSecret",
    );
  });

  it("is named if a resource of the sdk is forgotten", () => {
    const others = customResources.filter(({ resource }) => resource.kind !== "DataDrop");
    expect(() => packageSchema(root, ownSources(root), others)).to.throw("DataDrop of sdk/ is not in customResources");
  });
});

describe("a mistake in the sources of the sdk", () => {
  let folder: string;
  beforeEach(() => {
    folder = makeTemporaryFolder("schema");
    mkdirSync(join(folder, "provider/restore"), { recursive: true });
    for (const path of ["sdk", "provider/types.ts", "provider/restore/inputs.ts", "package.json"])
      cpSync(join(root, path), join(folder, path), { recursive: true });
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  });
  afterEach(() => {
    removeFolder(folder);
  });

  const build = (file: string, from: string | RegExp, to: string) => () => {
    const path = join(folder, file);
    const text = readFileSync(path, "utf8");
    const changed = text.replace(from, to);
    expect(changed, `the change of ${file}`).not.to.equal(text);
    writeFileSync(path, changed);
    return packageSchema(folder);
  };

  it("is named if a docstring is missing", () => {
    const remove = build("sdk/backend.ts", /\/\*\* Zone of [^/]*\*\/\n/, "");
    expect(remove).to.throw("BackendArgs.zone has no docstring, and the package schema needs one: add it in sdk/.");
  });

  it("is named if a type has no counterpart in the schema", () => {
    const change = build("sdk/backend.ts", "zone: pulumi.Input<string>", "zone: pulumi.Input<string | string[]>");
    expect(change).to.throw(
      "BackendArgs.zone has the type string | string[], which tools/schema/types.ts cannot express",
    );
  });

  it("is named if a docstring of a Backend or its uid has other words than those that are replaced", () => {
    const change = build("sdk/dataDrop.ts", "erased: a Backend or its uid", "erased, as a resource or a uid");
    expect(change).to.throw('The docstring of DataDropArgs.backend lacks the words "a Backend or its uid"');
  });

  it("is named if words for TypeScript are gone that other languages must not read", () => {
    const change = build("sdk/backup.ts", "that gets the Backup compares", "of the Backup compares");
    expect(change).to.throw('No docstring has the words "that gets the Backup compares" any more');
  });
});

interface Docstring {
  readonly name: string;
  readonly text: string;
}

/** Declarations that only programs in TypeScript see. */
const onlyInTypeScript = [
  "LookupOptions",
  "Triggers",
  "Backend.uid",
  "Provider.settings",
  "RestoreArgs.backup",
  // The schema has the wording of the plain functions, whose arguments are the same.
  /^Get\w+OutputArgs/,
  /Output$/,
  // The variants of one type: the schema has the words once.
  "ObjectStoreCredentialsArgs",
];

/** The docstrings of what sdk/index.ts exports, read from the text of the sources, without the types. */
function publicDocstrings(): Docstring[] {
  const names = readFileSync(join(root, "sdk/index.ts"), "utf8").matchAll(/\b\w+\b/g);
  const exported = new Set([...names].map(([name]) => name));
  const files = ts.sys.readDirectory(join(root, "sdk"), [".ts"]).concat(join(root, "provider/types.ts"));
  const statements = files.flatMap((file) => [
    ...ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ES2022, true).statements,
  ]);
  return statements
    .flatMap((statement) => documentedIn(statement, exported))
    .flatMap(({ name, node }) => textsOf(node).map((text) => ({ name, text })))
    .filter(({ name, text }) => text !== "" && !name.includes(".__") && !isOnlyInTypeScript(name));
}

/** A public interface, class or function, and its properties. */
function documentedIn(
  statement: ts.Statement,
  exported: ReadonlySet<string>,
): { readonly name: string; readonly node: ts.Node }[] {
  const isType = ts.isInterfaceDeclaration(statement) || ts.isClassDeclaration(statement);
  if (!isType && !ts.isFunctionDeclaration(statement)) return [];
  const name = statement.name?.text ?? "";
  if (!exported.has(name)) return [];
  const members = isType ? [...statement.members] : [];
  const properties = members.filter((one) => ts.isPropertyDeclaration(one) || ts.isPropertySignature(one));
  return [{ name, node: statement }, ...properties.map((node) => ({ name: `${name}.${node.name.getText()}`, node }))];
}

function isOnlyInTypeScript(name: string): boolean {
  return onlyInTypeScript.some((one) =>
    typeof one === "string" ? `${name}.`.startsWith(`${one}.`) : one.test(name.replace(/\..*/, "")),
  );
}

/** The text before the first tag. */
function textsOf(node: ts.Node): string[] {
  const comments = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  return comments.map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? "");
}
