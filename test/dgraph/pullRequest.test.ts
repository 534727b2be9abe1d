import { pullRequestStory } from "../engine/pullRequestStory";
import { dgraphOptions } from "./cloud";

describe("the workflows of a pull request with the real engine and a real Dgraph", function () {
  this.timeout(300_000);

  pullRequestStory(() => dgraphOptions());
});
