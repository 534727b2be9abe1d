import { expect } from "chai";
import { HostContext } from "../../provider/host/context";
import type { EngineChannel } from "../../provider/host/engineChannel";
import { TestClock } from "./clock";

const urn = "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/dgraphcloud:Backend::orders";

describe("progress of a wait", () => {
  let clock: TestClock;
  let rows: unknown[];
  let lines: string[];
  const { log } = console;

  beforeEach(() => {
    clock = new TestClock();
    rows = [];
    lines = [];
    console.log = (line: string) => void lines.push(line);
  });
  afterEach(() => {
    console.log = log;
  });

  function progressOf(reachable: boolean): (text: string) => void {
    const channel: EngineChannel = {
      log: (...args) => {
        if (reachable) rows.push(args);
        return reachable;
      },
      signal: new AbortController().signal,
    };
    return new HostContext(clock, () => channel).of(urn).progress;
  }

  /** A look every five seconds, for two minutes; then the status changes. */
  function wait(progress: (text: string) => void): void {
    for (let elapsed = 0; elapsed <= 120; elapsed += 5) {
      progress(`waiting for it: HTTP 503, ${elapsed}s of 20m`);
      clock.pass(5_000);
    }
    progress("waiting for it: HTTP 502, 125s of 20m");
  }

  it("is in the resource's own row, where it leaves nothing behind", () => {
    progressOf(true)("waiting for it: HTTP 503, 1s of 20m");
    expect(rows).to.deep.equal([[urn, "waiting for it: HTTP 503, 1s of 20m", { ephemeral: true }]]);
    expect(lines).to.deep.equal([]);
  });

  it("is renewed in the row every ten seconds, and at once when the status changes", () => {
    wait(progressOf(true));
    expect(rows).to.have.length(14);
  });

  it("is a plain line with the resource's name every 30 seconds, and at once when the status changes, without the row", () => {
    wait(progressOf(false));
    expect(lines).to.deep.equal([
      ...[0, 30, 60, 90, 120].map((elapsed) => `orders: waiting for it: HTTP 503, ${elapsed}s of 20m`),
      "orders: waiting for it: HTTP 502, 125s of 20m",
    ]);
  });

  it("is a plain line for what has no URN", () => {
    const channel: EngineChannel = { log: () => true, signal: new AbortController().signal };
    new HostContext(clock, () => channel).of(undefined).progress("waiting for it: HTTP 503, 1s of 20m");
    expect(lines).to.deep.equal(["waiting for it: HTTP 503, 1s of 20m"]);
  });
});
