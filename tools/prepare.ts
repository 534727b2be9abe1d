import { prepareDgraph } from "./dgraph";
import { prepareEngine } from "./engine";

/** Prepares every tool of the tests and the demo, and says where each is. */
async function main(): Promise<void> {
  const { pulumi, version, source, languageHost } = await prepareEngine();
  console.log(`pulumi ${version} (from: ${source}): ${pulumi}`);
  console.log(`pulumi-language-nodejs: ${languageHost}`);
  const dgraph = await prepareDgraph();
  console.log(`dgraph ${dgraph.version} (from: ${dgraph.source}): ${dgraph.executable}`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
