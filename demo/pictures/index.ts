import { writeFileSync } from "node:fs";
import { fileOf, isPicture, pictureNames, writeText } from "./page";
import { takePicture } from "./take";

/** Takes a picture again: writes its SVG, and its text on the page that shows it. */
async function main(names: readonly string[]): Promise<void> {
  const [name, ...others] = names;
  if (name === undefined || !isPicture(name) || others.length > 0)
    throw new Error(`name one picture, as in npm run picture -- preview. There are: ${pictureNames.join(", ")}`);
  const { svg, text } = await takePicture(name);
  writeFileSync(fileOf(name), svg);
  writeText(name, text);
  console.log(`written: docs/pictures/${name}.svg, and its text on the page that shows it`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
