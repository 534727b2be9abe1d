import { expect } from "chai";
import { formatDuration, parseDuration, timeoutOf } from "../../provider/time";

describe("durations", () => {
  const parsed: readonly [string, number | undefined][] = [
    ["90s", 90_000],
    ["20m", 1_200_000],
    ["1h30m", 5_400_000],
    ["1h30m15s", 5_415_000],
    ["250ms", 250],
    ["1.5h", 5_400_000],
    ["0s", 0],
    ["", undefined],
    ["20", undefined],
    ["m", undefined],
    ["20 m", undefined],
    [" 20m", undefined],
    ["20m ", undefined],
    ["-20m", undefined],
    ["20min", undefined],
    ["1.h", undefined],
    [".5h", undefined],
    ["1e3s", undefined],
    ["2d", undefined],
    ["20M", undefined],
    ["20m\n", undefined],
  ];
  for (const [text, ms] of parsed) {
    it(`reads ${JSON.stringify(text)} as ${ms === undefined ? "no duration" : `${ms} ms`}`, () => {
      expect(parseDuration(text)).to.equal(ms);
    });
  }

  const formatted: readonly [number, string][] = [
    [0, "0s"],
    [499, "0s"],
    [1_500, "2s"],
    [59_499, "59s"],
    [59_500, "1m00s"],
    [65_000, "1m05s"],
    [3_599_499, "59m59s"],
    [3_599_500, "1h00m"],
    [3_660_000, "1h01m"],
    [90_000_000, "25h00m"],
  ];
  for (const [ms, text] of formatted) {
    it(`formats ${ms} ms as ${text}`, () => {
      expect(formatDuration(ms)).to.equal(text);
    });
  }

  describe("of operations", () => {
    const defaults = { create: "20m", update: "15m", delete: "10m" };

    it("are those of the user's input, and name that input", () => {
      expect(timeoutOf({ create: "1h30m" }, "create", defaults)).to.deep.equal({
        input: "timeouts.create",
        value: "1h30m",
        ms: 5_400_000,
      });
    });

    it("are the default when the input is unset", () => {
      const timeouts: { create?: string; update?: string } = { create: "1h" };
      expect(timeoutOf<"create" | "update">(timeouts, "update", defaults).ms).to.equal(900_000);
      expect(timeoutOf(undefined, "delete", defaults)).to.deep.equal({
        input: "timeouts.delete",
        value: "10m",
        ms: 600_000,
      });
    });

    it("are the default when the state holds an invalid duration", () => {
      expect(timeoutOf({ delete: "soon" }, "delete", defaults).ms).to.equal(600_000);
    });
  });
});
