import { readdirSync, readFileSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { build, type BuildOptions, type Metafile, type Plugin } from "esbuild";
import { licensesOf } from "./licenses";

const root = resolve(__dirname, "..");
const folders = ["sdk", "provider", "cli"];

/** A file of dist/, and what it is made of: a module of ours, or a package. */
interface Output {
  readonly in: string;
  /** Without its ending. */
  readonly out: string;
}

const provider: Output = { in: "./provider", out: "provider/index" };
const plugin: Output = { in: "./provider/host/plugin", out: "provider/host/plugin/index" };
const command: Output = { in: "./cli", out: "cli/index" };

/** Parts of the provider that are loaded on use. They remember nothing, so a second copy, as the command has one, does no harm. */
const partsOfProvider: readonly Output[] = [
  { in: "node-fetch", out: "provider/api/nodeFetch" },
  { in: "./provider/schema/grading", out: "provider/schema/grading/index" },
];

/** The files of the SDK. What the entries of the package share is in one of its own, so that they have the same classes. */
const filesOfSdk = ["index", "plugin", "components", "shared"].map((name): Output => ({
  in: `./sdk/${name}`,
  out: `sdk/${name}`,
}));

const options = {
  absWorkingDir: root,
  outbase: ".",
  outdir: "dist",
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  // Loads files and packages on use with `require`: the loader of ES modules takes as long to start as the files to load.
  supported: { "dynamic-import": false },
  // node-fetch brings it for a Node without streams of the web.
  alias: { "web-streams-polyfill/dist/ponyfill.es2018.js": "node:stream/web" },
  logLevel: "warning",
} satisfies BuildOptions;

/** Writes the JavaScript of the package into dist/. The compiler has checked the sources, and writes their types. */
async function main(): Promise<void> {
  const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    readonly dependencies: object;
    readonly peerDependencies: object;
  };
  const external = Object.keys({ ...dependencies, ...peerDependencies });
  const write = (files: readonly Output[], apart: readonly Output[], more: BuildOptions) =>
    build({
      ...options,
      ...more,
      metafile: true,
      external,
      entryPoints: [...files],
      plugins: [leaveOut(apart, files)],
    });
  const withMaps = { sourcemap: true, sourcesContent: false } as const;
  // Without maps: @pulumi/pulumi takes stack traces of every resource, and the engine's hosts look for the map of each file in them.
  const ofSdk = await write(filesOfSdk, [...filesOfSdk, provider], { keepNames: true });
  const bundled = await Promise.all([
    write([provider], partsOfProvider, withMaps),
    write([plugin], partsOfProvider, withMaps),
    write(partsOfProvider, [], withMaps),
    write([command], [], withMaps),
  ]);
  const inputs = Object.assign({}, ...bundled.map(({ metafile }) => metafile.inputs)) as Metafile["inputs"];
  await writeFile(join(root, "dist/provider/LICENSES-OF-OTHERS"), licensesOf(inputs));
  await removeOthers([ofSdk, ...bundled].map(({ metafile }) => metafile));
}

/** Keeps files that are built apart from being copied into others of one folder, which load them from their place in dist/. */
function leaveOut(apart: readonly Output[], files: readonly Output[]): Plugin {
  const [folder = "", ...others] = new Set(files.map(({ out }) => dirname(out)));
  if (apart.length > 0 && others.length > 0) throw new Error("files of several folders must be built one by one");
  const places = new Map(apart.map(({ in: module, out }) => [sourceOf(root, module), out]));
  return {
    name: "leave out",
    setup(builder) {
      builder.onResolve({ filter: /^/ }, ({ path, kind, resolveDir }) => {
        const place = places.get(sourceOf(resolveDir, path));
        if (kind === "entry-point" || place === undefined) return undefined;
        const name = relative(folder, place).replaceAll("\\", "/");
        return { path: name.startsWith(".") ? name : `./${name}`, external: true };
      });
    },
  };
}

function sourceOf(folder: string, module: string): string {
  return module.startsWith(".") ? join(folder, module) : module;
}

/** Removes the JavaScript that an earlier build has left: a file that is loaded beside a bundle would be a second copy of it. */
async function removeOthers(made: readonly Metafile[]): Promise<void> {
  const kept = new Set(made.flatMap(({ outputs }) => Object.keys(outputs)));
  const found = folders.flatMap((folder) =>
    readdirSync(join(root, "dist", folder), { encoding: "utf8", recursive: true }).map((file) =>
      join("dist", folder, file),
    ),
  );
  const others = found.filter((file) => /\.js(\.map)?$/.test(file) && !kept.has(file.replaceAll("\\", "/")));
  await Promise.all(others.map((file) => rm(join(root, file))));
}

main().catch((error: unknown) => {
  console.error(`The package was not bundled: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
