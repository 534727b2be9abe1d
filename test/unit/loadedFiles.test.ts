import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { expect } from "chai";
import ts from "typescript";

const root = resolve(__dirname, "../..");
const dist = join(root, "dist");
const bundles = ["provider/index.js", "provider/host/plugin/index.js", "cli/index.js"];
const partsOfProvider = ["provider/api/nodeFetch.js", "provider/schema/grading/index.js"];

/** What the types of the package may import. */
const partsOfSdk =
  /^@pulumi\/pulumi(\/(asset|config|dynamic|errors|metadata|output|resource|runtime\/(invoke|settings)))?$/;

/** What a process loads: files of dist/, and packages by their names. */
interface Loaded {
  readonly files: readonly string[];
  readonly packages: readonly string[];
}

/**
 * What each statement makes a new process load. The engine's own SDK is loaded before, as it is in a program and in the process of a
 * dynamic provider.
 */
function loadedBy(statements: readonly string[], before = ["@pulumi/pulumi", "@grpc/grpc-js"]): Loaded[] {
  const text = `
    const settings = /^DGRAPHCLOUD_/;
    for (const name of Object.keys(process.env).filter((one) => settings.test(one))) delete process.env[name];
    ${before.map((name) => `require("${name}");`).join("\n")}
    const seen = new Set(Object.keys(require.cache));
    const added = [];
    const record = () => {
      const found = Object.keys(require.cache).filter((file) => !seen.has(file));
      for (const file of found) seen.add(file);
      added.push(found);
    };
    (async () => {
      ${statements.map((statement) => `${statement}; record();`).join("\n")}
    })().then(() => console.log(JSON.stringify(added)));
  `;
  const printed = execFileSync(process.execPath, ["-e", text], { cwd: root, encoding: "utf8" });
  const added = JSON.parse(printed.trim().split("\n").at(-1) ?? "") as string[][];
  return added.map((found) => ({
    files: found.filter((file) => file.startsWith(dist + sep)).map(nameOf),
    packages: [...new Set(found.flatMap(packageOf))],
  }));
}

function nameOf(file: string): string {
  return relative(dist, file).replaceAll(sep, "/");
}

function packageOf(file: string): string[] {
  const [, name] = /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(file) ?? [];
  return name === undefined ? [] : [name.replaceAll("\\", "/")];
}

describe("the files that a process loads", function () {
  this.timeout(60_000);

  for (const entry of ["pulumi-dgraphcloud", "pulumi-dgraphcloud/plugin"])
    it(`are those of sdk/ for a program that imports ${entry}, and the provider after a look-up`, () => {
      const [atOnce, afterLookUp, afterAnother] = loadedBy([
        `globalThis.dgraphcloud = require("${entry}")`,
        "await dgraphcloud.getBackends().catch(() => undefined)",
        `await dgraphcloud.getBackend({ uid: "0x42" }).catch(() => undefined)`,
      ]);
      expect(atOnce?.files).to.include("sdk/index.js");
      expect(atOnce?.files.filter((file) => !file.startsWith("sdk/"))).to.deep.equal([]);
      expect(atOnce?.packages).to.deep.equal([]);
      expect(afterLookUp?.files).to.deep.equal(["provider/index.js"]);
      expect(afterAnother?.files).to.deep.equal([]);
    });

  it("are not the Automation API and TypeScript for a program that does not import them", () => {
    for (const entry of ["pulumi-dgraphcloud", "pulumi-dgraphcloud/plugin"]) {
      const [found] = loadedBy([`require("${entry}")`], []);
      expect(found?.packages).to.include("@pulumi/pulumi");
      for (const name of ["typescript", "@npmcli/arborist"]) expect(found?.packages).not.to.include(name);
    }
  });

  it("are one bundle in the process of a dynamic provider, and the grading with GraphQL only for a schema", () => {
    const inputs = { zone: "us-east-1", deploymentType: "free", name: "orders" };
    const [atOnce, afterBackend, afterSchema] = loadedBy([
      `globalThis.provider = require("pulumi-dgraphcloud/provider")`,
      `await provider.backend.check({}, ${JSON.stringify(inputs)})`,
      `await provider.graphqlSchema.check({}, { backend: "0x42", schema: "type A { id: ID! }" })`,
    ]);
    expect(atOnce).to.deep.equal({ files: ["provider/index.js"], packages: [] });
    expect(afterBackend).to.deep.equal({ files: [], packages: [] });
    expect(afterSchema).to.deep.equal({ files: ["provider/schema/grading/index.js"], packages: ["graphql"] });
  });

  it("are one bundle in the process of the plugin, without the SDK itself and without GraphQL", () => {
    const [found] = loadedBy([`require("./dist/provider/host/plugin")`], []);
    expect(found?.files).to.deep.equal(["provider/host/plugin/index.js"]);
    expect(found?.packages).to.include.members(["@grpc/grpc-js", "@pulumi/pulumi", "google-protobuf"]);
    expect(found?.packages).not.to.include.members(["typescript"]);
    for (const name of ["graphql", "node-fetch", "typescript", "@opentelemetry/api"])
      expect(found?.packages).not.to.include(name);
  });
});

describe("the types of the package", () => {
  for (const entry of ["sdk/index.d.ts", "provider/index.d.ts"])
    it(`need no package that is only bundled, from ${entry}`, () => {
      const [files, packages] = [new Set([join(dist, entry)]), new Set<string>()];
      // A set also visits what is added on the way.
      for (const file of files)
        for (const { fileName: name } of ts.preProcessFile(readFileSync(file, "utf8")).importedFiles) {
          if (!name.startsWith(".")) packages.add(name);
          else {
            const path = join(dirname(file), name);
            files.add([`${path}.d.ts`, join(path, "index.d.ts")].find(existsSync) ?? path);
          }
        }
      expect(files.size).to.be.above(3);
      for (const name of packages) expect(name).to.match(partsOfSdk);
    });
});

describe("the JavaScript of the package", () => {
  const built = ["sdk", "provider", "cli"].flatMap((folder) =>
    readdirSync(join(dist, folder), { encoding: "utf8", recursive: true })
      .filter((file) => file.endsWith(".js"))
      .map((file) => `${folder}/${file.replaceAll(sep, "/")}`),
  );
  const requiredBy = (file: string): string[] =>
    [...readFileSync(join(dist, file), "utf8").matchAll(/\brequire\("(\.[^"]+)"\)/g)].map(([, name = ""]) => name);

  it("is the entries of sdk/ with what they share, bundles, and parts of the provider that are each whole", () => {
    const ofSdk = ["sdk/index.js", "sdk/plugin.js", "sdk/components.js", "sdk/shared.js"];
    expect(built).to.have.members([...ofSdk, ...bundles, ...partsOfProvider]);
    const requiredByAll = [...bundles, ...partsOfProvider].flatMap((file) =>
      requiredBy(file).map((name) => `${join(dirname(file), name).replaceAll(sep, "/")}.js`),
    );
    expect([...new Set(requiredByAll)]).to.have.members(partsOfProvider);
  });

  it("loads the provider from sdk/ in one place, and no other file of another folder", () => {
    const others = built.flatMap((file) =>
      file.startsWith("sdk/") ? requiredBy(file).map((name) => [file, name]) : [],
    );
    const outside = others.filter(([, name = ""]) => !name.startsWith("./"));
    expect(outside).to.deep.equal([["sdk/shared.js", "../provider/index"]]);
  });

  it("keeps the names of classes and functions that programs see", () => {
    const text = `
      const names = (entry) => Object.entries(require(entry)).map(([name, value]) => [name, value.name]);
      console.log(JSON.stringify([...names("pulumi-dgraphcloud"), ...names("pulumi-dgraphcloud/plugin")]));
    `;
    const printed = execFileSync(process.execPath, ["-e", text], { cwd: root, encoding: "utf8" });
    const names = JSON.parse(printed) as [string, string][];
    expect(names).not.to.have.length(0);
    for (const [name, inProcess] of names) expect(inProcess).to.equal(name);
  });

  it("comes with maps that name the sources, for all but the SDK", () => {
    const sourcesOf = (file: string): string[] =>
      (JSON.parse(readFileSync(join(dist, `${file}.map`), "utf8")) as { readonly sources: string[] }).sources;
    for (const bundle of bundles)
      expect(
        sourcesOf(bundle).some((source) => source.endsWith("provider/errors/errors.ts")),
        bundle,
      ).to.equal(true);
    for (const file of [...bundles, ...partsOfProvider]) {
      expect(sourcesOf(file), file).not.to.have.length(0);
      expect(sourcesOf(file).filter((source) => source.startsWith("/"))).to.deep.equal([]);
    }
    expect(readdirSync(join(dist, "sdk")).filter((file) => file.endsWith(".map"))).to.deep.equal([]);
  });

  it("comes with the license of what is bundled", () => {
    const licenses = readFileSync(join(dist, "provider/LICENSES-OF-OTHERS"), "utf8");
    for (const text of licenses.split(/^-{80}$/m)) expect(text).to.match(/^Copyright /m);
    expect(licenses.match(/^[\w@/.-]+: (MIT|Apache-2.0)$/gm)).to.deep.equal(
      [
        ...["data-uri-to-buffer", "fetch-blob", "formdata-polyfill", "node-domexception", "node-fetch"],
        ...["proxy-from-env", "valibot"],
      ].map((name) => `${name}: MIT`),
    );
  });
});
