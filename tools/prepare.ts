import { prepareEngine } from "./engine";

/** Prepares every tool of the tests and the demo, and says where each is. */
async function main(): Promise<void> {
  const { pulumi, version, source, languageHost } = await prepareEngine();
  console.log(`pulumi ${version} (from: ${source}): ${pulumi}`);
  console.log(`pulumi-language-nodejs: ${languageHost}`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
