import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { build, type Metafile, type Plugin } from "esbuild";

const root = resolve(__dirname, "..");
const host = join(root, "dist/provider/host/plugin");
const executable = "pulumi-resource-dgraphcloud";

/** What the executable loads: in the repository from dist/, in the tarball from files beside it. */
const loaded: Readonly<Record<string, string>> = {
  "../dist/provider/host/plugin": "./plugin.js",
  "../dist/provider/host/plugin/schema.json": "./schema.json",
  "../dist/sdk/components": "./components.js",
};

/**
 * Packs the plugin for users without npm: a tarball for `pulumi plugin install resource dgraphcloud VERSION --file TARBALL`, which needs only
 * Node. Returns its path. What is packed is what `npm run build` has compiled.
 */
export async function packPlugin(into: string): Promise<string> {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  const tarball = join(into, `${executable}-v${version}.tar.gz`);
  const folder = await mkdtemp(join(tmpdir(), "dgraphcloud-plugin-"));
  try {
    const { inputs } = await bundle(folder);
    await copyFile(join(host, "schema.json"), join(folder, "schema.json"));
    await copyFile(join(root, "LICENSE"), join(folder, "LICENSE"));
    await writeFile(join(folder, "LICENSES-OF-OTHERS"), licensesOf(inputs));
    await writeFile(join(folder, "package.json"), manifest(version));
    await writeFile(join(folder, executable), await launcher());
    await chmod(join(folder, executable), 0o755);
    await copyFile(join(root, "plugin", `${executable}.cmd`), join(folder, `${executable}.cmd`));
    await mkdir(into, { recursive: true });
    const owner = ["--owner=0", "--group=0", "--numeric-owner"];
    await promisify(execFile)("tar", ["-czf", tarball, ...owner, "-C", folder, ...readdirSync(folder).sort()]);
  } finally {
    await rm(folder, { recursive: true });
  }
  return tarball;
}

async function bundle(folder: string): Promise<Metafile> {
  const { metafile } = await build({
    entryPoints: { plugin: join(host, "index.js"), components: join(root, "dist/sdk/components.js") },
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    outdir: folder,
    metafile: true,
    logLevel: "warning",
    plugins: [withoutClosures],
  });
  return metafile;
}

/** The SDK's serialization of functions needs a compiler and npm, 13 MB in all. Neither the plugin nor its components serialize a function. */
const withoutClosures: Plugin = {
  name: "without closures",
  setup(builder) {
    const namespace = "left out";
    builder.onResolve({ filter: /^(typescript|@npmcli\/arborist)$|\/typescript-shim$/ }, ({ path }) => ({
      path,
      namespace,
    }));
    builder.onLoad({ filter: /./, namespace }, () => ({ contents: "module.exports = {};" }));
  },
};

/** The executable of the repository, with the paths of the tarball. */
async function launcher(): Promise<string> {
  const text = await readFile(join(root, "plugin", executable), "utf8");
  return text.replace(/"(\.\.\/[^"]+)"/g, (_, path: string) => {
    const beside = loaded[path];
    if (beside === undefined) throw new Error(`plugin/${executable} loads ${path}: add it to tools/package.ts`);
    return `"${beside}"`;
  });
}

/** Tells Node that the files are CommonJS, and the sdk in them its version. Node finds it by its own name only if it has exports. */
function manifest(version: string): string {
  const exports = { "./package.json": "./package.json" };
  return `${JSON.stringify({ name: "pulumi-dgraphcloud", version, private: true, type: "commonjs", exports }, null, 2)}\n`;
}

/** The licenses of the packages in the bundles, which ask to be passed on with them. */
function licensesOf(inputs: Metafile["inputs"]): string {
  const folders = Object.keys(inputs).map((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]);
  const packages = [...new Set(folders)].filter((folder) => folder !== undefined).sort();
  const texts = packages.map((folder) => {
    const files = readdirSync(join(root, folder)).filter((name) => /^(licen[cs]e|copying|notice)/i.test(name));
    const { license = "none" } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as {
      license?: string;
    };
    const name = folder.replace(/^.*node_modules\//, "");
    return [`${name}: ${license}`, ...files.map((file) => readFileSync(join(root, folder, file), "utf8").trim())];
  });
  return `${texts.map((lines) => lines.join("\n\n")).join(`\n\n${"-".repeat(80)}\n\n`)}\n`;
}

if (require.main === module) {
  packPlugin(join(root, "dist")).then(
    (tarball) => {
      console.log(tarball);
    },
    (error: unknown) => {
      console.error(error);
      process.exitCode = 1;
    },
  );
}
