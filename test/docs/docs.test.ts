import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileFunction } from "node:vm";
import { expect } from "chai";
import { type LocalCloud, parseFaults, startLocalCloud } from "dgraphcloud-local";
import * as localCloud from "dgraphcloud-local";
import { format } from "prettier";
import * as pulumi from "@pulumi/pulumi";
import ts from "typescript";
import { sidesOf } from "../../demo/pictures/page";
import * as dgraphcloud from "../../sdk";
import { allBlocks, type Block, blocksOf, fileOf, notPrinted, placeOf, root } from "./blocks";
import { runShell } from "./shell";
import { callOf, imports, type Treatment, treatmentOf } from "./blockTreatments";

const blocks = allBlocks();
const treated = (...treatments: Treatment[]): Block[] =>
  blocks.filter((block) => treatments.includes(treatmentOf(block) ?? "output"));

describe("the code blocks of the pages", function () {
  this.timeout(60_000);

  it("are found, fenced and indented, under their headings", () => {
    const page =
      "# A\n\n    run\n\n    more\n\nText.\n## B\n- item\n\n    no code\n\n  ```json x\n  {}\n  ```\nThe last one answers `{}`.\n";
    expect(
      blocksOf("p.md", page).map(({ line, heading, language, text, answer }) => [
        line,
        heading,
        language,
        text,
        answer,
      ]),
    ).to.deep.equal([
      [3, "A", "", "run\n\nmore\n", undefined],
      [14, "B", "json", "{}\n", "{}"],
    ]);
    expect(blocks).to.have.length.above(20);
  });

  it("of output are compared by paragraphs, with blanks for blanks and anything on a line for …", () => {
    const printed = "warning: (0x42) will\n    go, as backup 2 says.\nResources:\n    + 10 to create\n";
    expect(notPrinted("(0x42) will go, as … says.\n\n+ 10 to\ncreate\n", printed)).to.deep.equal([]);
    const wrong = ["(0x43) will", "will stay", "(0x42) … says", "+ 1 to create", "go. as"];
    expect(notPrinted(wrong.join("\n\n"), printed)).to.deep.equal(wrong);
  });

  it("each have a treatment", () => {
    const unknown = blocks.filter((block) => treatmentOf(block) === undefined);
    expect(
      unknown.map(({ language, ...block }) => `${placeOf({ language, ...block })}: \`\`\`${language}`),
      "nobody has thought of blocks of this language: give them a treatment in test/docs/blockTreatments.ts",
    ).to.deep.equal([]);
  });

  it("of TypeScript compile against the package's types in strict mode", () => {
    const sides = treated("change").flatMap((block) => {
      const { before, after } = sidesOf(block.text);
      return [before, after].map((text) => ({ ...block, text }));
    });
    expect(
      compiled([
        ...treated("program", "cluster", "story", "script", "mocks").filter(({ language }) => language === "ts"),
        ...sides,
      ]),
      "declare in the block what is missing: its reader has not more",
    ).to.deep.equal([]);
  });

  for (const block of treated("syntax"))
    it(`of ${block.language} parse: ${placeOf(block)}`, async () => {
      const parsers: Readonly<Record<string, string>> = { js: "babel", json: "json", yaml: "yaml" };
      if (block.language === "json") JSON.parse(block.text);
      await format(block.text, { parser: parsers[block.language] ?? block.language });
    });

  describe("that need a local cloud", () => {
    let local: LocalCloud;
    let folder: string;
    let outputs: Readonly<Record<string, string>>;

    before(async () => {
      local = await startLocalCloud({ provisioningMs: 0 });
      folder = mkdtempSync(join(tmpdir(), "dgraphcloud-docs-"));
      const made = { name: "shop", zone: "us-east-1", deploymentType: "dedicated" };
      const { uid, url, jwtToken } = await local.cloud.createDeployment(local.accounts[0]!, made);
      expect(uid, "the uid that the pages use").to.equal("0x42");
      outputs = { graphqlEndpoint: `http://${url}/graphql`, adminEndpoint: `http://${url}/admin`, jwtToken };
    });
    after(async () => {
      await local.close();
      rmSync(folder, { recursive: true, force: true });
    });

    for (const file of new Set(treated("shell").map((block) => block.file)))
      it(`are run by a shell: ${file}`, async () => {
        const own = treated("shell").filter((block) => block.file === file);
        const { code, output } = await runShell(own, local, folder, { outputs });
        expect(code, `${output}\nCorrect the block; if it is no shell's, fence it with its language.`).to.equal(0);
        for (const { answer } of own) if (answer !== undefined) expect(output).to.contain(answer);
        expect(output).not.to.contain('"errors"');
      });

    for (const block of treated("schema"))
      it(`are schemas that a backend takes: ${placeOf(block)}`, async () => {
        await local.cloud.get("0x42").engine.setSchema(block.text);
      });

    for (const block of treated("faults"))
      it(`are read as scripted faults: ${placeOf(block)}`, () => {
        expect(parseFaults(block.text)).to.have.length.above(0);
      });
  });

  for (const block of treated("script"))
    it(`run: ${placeOf(block)}`, async () => {
      await run(block, { ...localCloud });
    });

  for (const block of treated("mocks"))
    it(`answer look-ups: ${placeOf(block)}`, async () => {
      try {
        await run(block, { pulumi });
        expect(await dgraphcloud.getBackend({ name: "shop" })).to.include({ name: "shop", url: "shop.example.com" });
      } finally {
        pulumi.runtime.resetOptions("project", "stack", -1, "", "", false, "");
      }
    });
});

async function run(block: Block, scope: Readonly<Record<string, unknown>>): Promise<void> {
  const call = compileFunction(`return ${callOf(block)}`, Object.keys(scope)) as (
    ...values: unknown[]
  ) => Promise<void>;
  await call(...Object.values(scope));
}

/** What the compiler has to say, by the places on the pages. */
function compiled(programs: readonly Block[]): string[] {
  const options: ts.CompilerOptions = {
    ...ts.parseJsonConfigFileContent(
      ts.readConfigFile(join(root, "tsconfig.json"), (path) => ts.sys.readFile(path)).config,
      ts.sys,
      root,
    ).options,
    noEmit: true,
    types: ["node"],
    paths: {
      "pulumi-dgraphcloud": [join(root, "sdk/index.ts")],
      "pulumi-dgraphcloud/plugin": [join(root, "sdk/plugin.ts")],
      "dgraphcloud-local": [join(root, "local/index.ts")],
    },
  };
  const folderOf = (index: number): string => join(root, `docs-block-${index}`);
  const pathOf = (block: Block, index: number): string =>
    fileOf(block) === undefined ? `${folderOf(index)}.mts` : join(folderOf(index), fileOf(block) ?? "");
  const sources = new Map(programs.map((block, index) => [pathOf(block, index), { block, ...complete(block) }]));
  /** The files that the page has shown by then, beside the one that it shows. */
  const besides = new Map(
    programs.flatMap(({ file }, index) =>
      programs
        .slice(0, index)
        .filter((other) => other.file === file && fileOf(other) !== undefined)
        .map((other) => [join(folderOf(index), fileOf(other) ?? ""), other.text] as const),
    ),
  );
  const textOf = (path: string): string | undefined => sources.get(path)?.text ?? besides.get(path);
  const host = ts.createCompilerHost(options);
  const onDisk = { ...host };
  host.directoryExists = (path) =>
    [...sources.keys()].some((one) => one.startsWith(`${path}/`)) || onDisk.directoryExists?.(path) === true;
  host.fileExists = (path) => textOf(path) !== undefined || onDisk.fileExists(path);
  host.readFile = (path) => textOf(path) ?? onDisk.readFile(path);
  host.getSourceFile = (path, version) => {
    const text = host.readFile(path);
    return text === undefined ? undefined : ts.createSourceFile(path, text, version);
  };
  const program = ts.createProgram([...sources.keys()], options, host);
  return [...sources].flatMap(([path, { block, added }]) =>
    ts.getPreEmitDiagnostics(program, program.getSourceFile(path)).map((diagnostic) => {
      const { line } = diagnostic.file?.getLineAndCharacterOfPosition(diagnostic.start ?? 0) ?? { line: added };
      const message = ts.flattenDiagnosticMessageText(diagnostic.messageText, " ");
      return `${placeOf({ ...block, line: block.line + line - added })}: ${message}`;
    }),
  );
}

/** The block as a module of its own. A block that is a file has its imports itself. */
function complete(block: Block): { text: string; added: number } {
  const { text } = block;
  if (fileOf(block) !== undefined) return { text, added: 0 };
  const isMissing = (name: string): boolean => text.includes(`${name}.`) && !text.includes(`* as ${name} `);
  const added = Object.entries(imports).flatMap(([name, line]) => (isMissing(name) ? [line] : []));
  return { text: [...added, `${text}export {};`].join("\n"), added: added.length };
}
