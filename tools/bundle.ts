import { readdirSync, readFileSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build, type BuildOptions, type Metafile, type Plugin } from "esbuild";
import { licensesOf } from "./licenses";

const root = resolve(__dirname, "..");
const folders = ["sdk", "provider", "cli"];

/** Bundles. Each is all that its process loads of this package: two of them in one process would have an account and a queue each. */
const bundles = ["provider/index.ts", "provider/host/plugin/index.ts", "cli/index.ts"];

const options = {
  absWorkingDir: root,
  outbase: ".",
  outdir: "dist",
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  metafile: true,
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
  const [bundled, ofSdk] = await Promise.all([
    build({ ...options, entryPoints: bundles, external, sourcemap: true, sourcesContent: false }),
    // Without source maps: @pulumi/pulumi takes stack traces of every resource, and the engine's hosts look for the map of each file in them.
    build({ ...options, entryPoints: sdkFiles(), external, plugins: [fileByFile], keepNames: true }),
  ]);
  await writeFile(join(root, "dist/provider/LICENSES-OF-OTHERS"), licensesOf(bundled.metafile.inputs));
  await removeOthers([bundled.metafile, ofSdk.metafile]);
}

function sdkFiles(): string[] {
  return readdirSync(join(root, "sdk")).map((file) => `sdk/${file}`);
}

/**
 * Keeps the files of sdk/ apart, since the two entries of the package share them. What they need of the provider at once is copied into them;
 * the provider itself is loaded on use.
 */
const fileByFile: Plugin = {
  name: "file by file",
  setup(builder) {
    builder.onResolve({ filter: /^(\.\/|\.\.\/provider$)/ }, ({ path, kind, resolveDir }) =>
      kind === "entry-point" || resolveDir !== join(root, "sdk") ? undefined : { path, external: true },
    );
  },
};

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
