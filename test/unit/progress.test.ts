import { expect } from "chai";
import type { Context } from "../../provider/resource/context";
import { HostProcess } from "../../provider/host/process";
import type { EngineChannel } from "../../provider/host/engineChannel";
import { TestClock } from "../harness/clocks";

const urn = "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/dgraphcloud:Backend::orders";

describe("the progress of a wait", () => {
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

  function operation(reachable: boolean, work: (context: Context) => void): Promise<void> {
    const channel: EngineChannel = {
      log: (...args) => {
        if (reachable) rows.push(args);
        return reachable;
      },
      flushed: () => Promise.resolve(),
      signal: new AbortController().signal,
    };
    return new HostProcess(clock, () => channel).run({ kind: "Thing", urn, name: "create" }, (context) => {
      work(context);
      return Promise.resolve();
    });
  }

  const shown = (): unknown[] => rows.map((row) => (row as unknown[])[1]);

  /** How many lines were built in `wait`. */
  let built: number;

  /** Polls every five seconds for two minutes, then the status changes. */
  function wait({ progress }: Context): void {
    built = 0;
    const say = (status: string, elapsed: number): void => {
      progress(status, () => {
        built++;
        return `${status}, ${elapsed}s of 20m`;
      });
    };
    for (let elapsed = 0; elapsed <= 120; elapsed += 5) {
      say("waiting for it: HTTP 503", elapsed);
      clock.pass(5_000);
    }
    say("waiting for it: HTTP 502", 125);
  }

  it("is shown in the resource's row, and leaves nothing there at the end", async () => {
    await operation(true, ({ progress }) => {
      progress("waiting for it: HTTP 503, 1s of 20m");
    });
    expect(rows.slice(0, 1)).to.deep.equal([[urn, "waiting for it: HTTP 503, 1s of 20m", { ephemeral: true }]]);
    expect(lines).to.deep.equal([]);
  });

  it("is updated in the row every 30 seconds, and at once when the status changes", async () => {
    await operation(true, wait);
    expect(shown().filter((line) => String(line).startsWith("waiting"))).to.have.length(6);
  });

  it("builds no line that is not shown", async () => {
    await operation(true, wait);
    expect(built).to.equal(6);
    await operation(false, wait);
    expect(built).to.equal(6);
  });

  it("is replaced by the result, which stays in the row of the finished resource", async () => {
    await operation(true, ({ progress, reached }) => {
      progress("waiting for it: HTTP 503, 1s of 20m");
      reached("it answers after 2s");
    });
    expect(shown()).to.deep.equal(["waiting for it: HTTP 503, 1s of 20m", "it answers after 2s"]);
  });

  it("is shown again when another wait starts with the same text", async () => {
    await operation(true, ({ progress, reached }) => {
      progress("waiting for it: HTTP 503, 1s of 20m");
      reached("it answers after 2s");
      progress("waiting for it: HTTP 503, 1s of 20m");
    });
    expect(shown().slice(0, 3)).to.have.length(3);
  });

  it("shows no end when nothing was waited for", async () => {
    await operation(true, ({ reached }) => {
      reached("it answers after 0s");
    });
    expect(rows).to.deep.equal([]);
  });

  it("keeps an earlier result, such as the adoption of a backend", async () => {
    await operation(true, ({ info, progress, reached }) => {
      info("took over 0x42 instead of creating a backend");
      reached("took over 0x42");
      progress("waiting for it: HTTP 503, 1s of 20m");
      reached("it answers after 2s");
    });
    expect(shown().at(-1)).to.equal("took over 0x42; it answers after 2s");
  });

  it("ends with the operation at the latest, as after a retried request", async () => {
    await operation(true, ({ progress }) => {
      progress("trying again, 1s of 20m: HTTP 503");
      clock.pass(3_000);
    });
    expect(shown()).to.deep.equal(["trying again, 1s of 20m: HTTP 503", "created after 3s"]);
  });

  it("does not overwrite a permanent line that replaced it", async () => {
    await operation(true, ({ progress, info }) => {
      progress("trying again, 1s of 20m: HTTP 503");
      info("restore 1 of 0x42 has begun");
    });
    expect(shown().at(-1)).to.equal("restore 1 of 0x42 has begun");
  });

  it("is a line with the resource's name every 30 seconds, and at each new status, when there is no row", async () => {
    await operation(false, wait);
    expect(lines).to.deep.equal([
      ...[0, 30, 60, 90, 120].map((elapsed) => `Backend "orders": waiting for it: HTTP 503, ${elapsed}s of 20m`),
      'Backend "orders": waiting for it: HTTP 502, 125s of 20m',
      'Backend "orders": created after 2m05s',
    ]);
  });

  it("is a plain line for a resource without a URN", async () => {
    const channel: EngineChannel = {
      log: () => true,
      flushed: () => Promise.resolve(),
      signal: new AbortController().signal,
    };
    await new HostProcess(clock, () => channel).run({ kind: "Thing", urn: undefined, name: "read" }, ({ progress }) => {
      progress("waiting for it: HTTP 503, 1s of 20m");
      return Promise.resolve();
    });
    expect(lines).to.deep.equal(["waiting for it: HTTP 503, 1s of 20m", "read after 0s"]);
  });
});
