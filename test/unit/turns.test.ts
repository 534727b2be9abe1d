import { expect } from "chai";
import { Cloud } from "../../provider/cloud";
import { begin, type Context } from "../../provider/context";
import { TestClock } from "./clock";

describe("the queue of actions on one backend", () => {
  it("tells that it waits, and that the wait has ended; nothing where there is nobody before", async () => {
    const clock = new TestClock();
    const lines: string[] = [];
    const say = (line: string): void => void lines.push(line);
    const cloud = new Cloud({ endpoint: "https://cloud.example.com/", credentials: { missing: "token" } }, clock);
    const { signal } = new AbortController();
    const context: Context = { cloud, clock, signal, progress: say, reached: say, say, warn: say, fail: say };
    const operation = begin(context, { input: "timeouts.create", value: "10m", ms: 600_000 });
    const leave = await cloud.turns.take("0x42", context, operation);
    expect(lines).to.deep.equal([]);
    const second = cloud.turns.take("0x42", context, operation);
    while (clock.elapsedMs < 12_000) await new Promise((resolve) => setImmediate(resolve));
    leave();
    await second;
    expect(lines[0]).to.equal("waiting for other restores and drops on 0x42, 5s of 10m");
    expect(lines.at(-1)).to.match(/^other restores and drops on 0x42 ended after \d+s$/);
  });
});
