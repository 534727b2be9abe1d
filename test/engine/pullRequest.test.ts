import { pullRequestStory } from "./pullRequestStory";

describe("engine: the workflows of a pull request", function () {
  this.timeout(300_000);

  pullRequestStory(() => Promise.resolve({ provisioningMs: 100, restoreMs: 1_500 }));
});
