import { readFileSync } from "node:fs";
import { expect } from "chai";
import { fileOf, pageWith, pictureNames } from "../../demo/pictures/page";
import { takePicture } from "../../demo/pictures/take";
import { textOf } from "../../demo/pictures/terminal";

describe("engine: the pictures of the pages", function () {
  this.timeout(120_000);

  for (const name of pictureNames)
    it(`show what the engine prints today: ${name}`, async () => {
      const { svg, text } = await takePicture(name);
      const file = readFileSync(fileOf(name), "utf8");
      const remedy = `if the change is meant, run npm run picture -- ${name}`;
      expect(comparable(textOf(svg)), remedy).to.deep.equal(comparable(textOf(file)));
      expect(comparable(text), remedy).to.deep.equal(comparable(pageWith(name).text));
      // Nothing in it depends on the time, and a summary sorts what the engine prints in any order.
      if (name === "summary") expect(svg, remedy).to.equal(file);
    });
});

/** The lines without times, sorted: the engine prints independent resources in any order. */
function comparable(text: string): string[] {
  return text
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, "TIME")
    .split("\n")
    .sort();
}
