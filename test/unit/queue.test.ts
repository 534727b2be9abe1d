import { expect } from "chai";
import { Account } from "../../provider/run/account";
import { TestClock } from "../harness/clocks";
import { contextOf } from "../harness/contexts";
import { begin } from "../../provider/run/operation";

describe("the queue of actions on one backend", () => {
  it("reports the start and the end of a wait, and nothing when the queue is empty", async () => {
    const clock = new TestClock();
    const lines: string[] = [];
    const say = (line: string): void => void lines.push(line);
    const account = new Account({ endpoint: "https://cloud.example.com/", credentials: { missing: "token" } }, clock);
    const context = contextOf({ account, clock }, say);
    const operation = begin(context, { input: "timeouts.create", value: "10m", ms: 600_000 });
    const leave = await account.queue.enter("0x42", context, operation);
    expect(lines).to.deep.equal([]);
    const second = account.queue.enter("0x42", context, operation);
    while (clock.elapsedMs < 12_000) await new Promise((resolve) => setImmediate(resolve));
    leave();
    await second;
    expect(lines[0]).to.equal("waiting for other restores and drops on 0x42, 5s of 10m");
    expect(lines.at(-1)).to.match(/^other restores and drops on 0x42 ended after \d+s$/);
  });
});
