import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { packageSchema } from "./package";

const root = join(__dirname, "../..");
const file = join(root, "dist/provider/host/plugin/schema.json");

/** Writes the package schema beside the compiled plugin, which answers the engine with it. */
function main(): void {
  const schema = packageSchema(root);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(schema, undefined, 2)}\n`);
}

try {
  main();
} catch (error) {
  console.error(`The package schema was not written: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
