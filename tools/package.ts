import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { build, type Metafile, type Plugin } from "esbuild";
import { licensesOf } from "./licenses";

const root = resolve(__dirname, "..");
const executable = "pulumi-resource-dgraphcloud";

/** What the executable loads: in the repository from dist/, in the tarball from files beside it. */
const loaded: Readonly<Record<string, string>> = {
  "../dist/provider/host/plugin": "./plugin.js",
  "../dist/provider/host/plugin/schema.json": "./schema.json",
  "../dist/sdk/components": "./components.js",
};

/**
 * Packs the plugin for users without npm: a tarball for `pulumi plugin install resource dgraphcloud VERSION --file TARBALL`, which needs only
 * Node. Returns its path. `npm run build` has checked the sources, and has written the schema.
 */
export async function packPlugin(into: string): Promise<string> {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  const tarball = join(into, `${executable}-v${version}.tar.gz`);
  const folder = await mkdtemp(join(tmpdir(), "dgraphcloud-plugin-"));
  try {
    const { inputs } = await bundle(folder);
    await copyFile(join(root, "dist/provider/host/plugin/schema.json"), join(folder, "schema.json"));
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
    absWorkingDir: root,
    entryPoints: { plugin: "provider/host/plugin/index.ts", components: "sdk/components.ts" },
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
