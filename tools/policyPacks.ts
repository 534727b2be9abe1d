import { existsSync } from "node:fs";
import { chmod, copyFile, link, mkdir, readdir, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Engine } from "./engine";
import { executableName, pathWith } from "./executables";

/** A program of every release, whose language host for Node runs policy packs. */
const ofRelease = "pulumi-language-go";
const languageHost = join(__dirname, "policyPacks", "languageHost.ts");
const wrapped = "language-host";

/**
 * An engine that runs policy packs. The engine asks its language host to run them, and the one that is built with the engine cannot. In that
 * case the engine is copied to `folder`, beside a language host that runs the packs and leaves everything else to the built one.
 */
export async function withPolicyPacks(engine: Engine, folder: string): Promise<Engine> {
  const built = dirname(engine.languageHost);
  if (existsSync(join(built, executableName(ofRelease)))) return engine;
  await mkdir(folder, { recursive: true });
  const name = basename(engine.languageHost);
  for (const file of await readdir(built)) {
    if (!file.startsWith("pulumi")) continue;
    const copy = join(folder, file === name ? wrapped : file);
    // A link fails between two disks.
    await link(join(built, file), copy).catch(() => copyFile(join(built, file), copy));
  }
  const command = [process.execPath, "--import", require.resolve("tsx"), languageHost, join(folder, wrapped)];
  await writeFile(join(folder, name), `#!/bin/sh\nexec ${command.map(quote).join(" ")} "$@"\n`);
  await chmod(join(folder, name), 0o755);
  // The engine warns of a language host on PATH that is not the one beside it.
  const path = pathWith([folder], { PATH: engine.path });
  return {
    ...engine,
    pulumi: join(folder, basename(engine.pulumi)),
    languageHost: join(folder, name),
    binDirs: [folder],
    path,
    env: { ...engine.env, PATH: path },
  };
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
