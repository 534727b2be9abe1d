import { readFileSync } from "node:fs";
import { expect } from "chai";
import { fileOf, pictureNames } from "../../demo/pictures/page";
import { takePicture } from "../../demo/pictures/take";
import { textOf } from "../../demo/pictures/terminal";

describe("engine: the pictures of the pages", function () {
  this.timeout(120_000);

  for (const name of pictureNames)
    it(`show what the engine prints today: ${name}`, async () => {
      const taken = await takePicture(name);
      const remedy = `if the change is meant, run npm run picture -- ${name}`;
      expect(comparable(textOf(taken)), remedy).to.deep.equal(comparable(textOf(readFileSync(fileOf(name), "utf8"))));
    });
});

/** The lines without times, sorted: the engine prints independent resources in any order. */
function comparable(text: string): string[] {
  return text
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, "TIME")
    .split("\n")
    .sort();
}
