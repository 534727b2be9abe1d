import { join } from "node:path";
import { generateSdks, sdkLanguages } from "./sdkGenerator";

const root = join(__dirname, "..");
const into = join(root, "dist/sdks");

/** Generates the SDKs for other languages from the package schema that the build has written. */
async function main(): Promise<void> {
  await generateSdks(join(root, "dist/provider/host/plugin/schema.json"), into);
  for (const language of sdkLanguages) console.log(join(into, language));
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
