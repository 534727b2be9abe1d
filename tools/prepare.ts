import { prepareActionlint } from "./actionlint";
import { prepareDgraph } from "./dgraph";
import { prepareEngine } from "./engine";
import { languages, prepareLanguage } from "./languages";
import { preparePython } from "./python";
import { prepareSdkGenerator } from "./sdkGenerator";
import { prepareVersitygw } from "./versitygw";

/** Prepares the tools of `npm test` and the demo, and with `--all` those of `npm run test:all` as well; says where each is. */
async function main(flags: readonly string[]): Promise<void> {
  const { pulumi, version, source, languageHost } = await prepareEngine();
  console.log(`pulumi ${version} (from: ${source}): ${pulumi}`);
  console.log(`pulumi-language-nodejs: ${languageHost}`);
  for (const exactly of flags.includes("--all") ? (["newest", "oldest"] as const) : []) {
    const engine = await prepareEngine({ exactly });
    console.log(`the ${exactly} pulumi, ${engine.version} (from: ${engine.source}): ${engine.pulumi}`);
  }
  const dgraph = await prepareDgraph();
  console.log(`dgraph ${dgraph.version} (from: ${dgraph.source}): ${dgraph.executable}`);
  const actionlint = await prepareActionlint();
  console.log(`actionlint ${actionlint.version} (from: ${actionlint.source}): ${actionlint.executable}`);
  if (!flags.includes("--all")) return;
  const versitygw = await prepareVersitygw();
  console.log(`versitygw ${versitygw.version} (from: ${versitygw.source}): ${versitygw.executable}`);
  for (const language of languages) {
    const host = await prepareLanguage(language);
    console.log(`pulumi-language-${language} (from: ${host.source}): ${host.executable}`);
  }
  const python = await preparePython();
  console.log(`Python with pulumi ${python.version} (from: ${python.source}): ${python.executable}`);
  const generator = await prepareSdkGenerator();
  console.log(`pulumi-sdks ${generator.version} (from: ${generator.source}): ${generator.executable}`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
