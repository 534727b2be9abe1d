// A unit test of the program: no engine, no account, no network. Run it with: node --import tsx --test index.test.ts
import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";

/** The inputs that the program gave to its resources, by the names of these. */
const made = new Map<string, unknown>();

const mocks: pulumi.runtime.Mocks = {
  // Stands for a resource: its id, and its outputs.
  newResource: ({ name, inputs }) => {
    made.set(name, inputs);
    return { id: `id-of-${name}`, state: { ...(inputs as object), restoredFolder: "2026-47", restoredNum: 3 } };
  },
  // Stands for a look-up: what getBackend gives.
  call: ({ token, inputs }) => {
    assert.equal(token, "dgraphcloud:index:getBackend");
    return { ...(inputs as object), uid: "0xf0ffe9" };
  },
};

test("staging gets production's data", async () => {
  await pulumi.runtime.setMocks(mocks, "restore-production", "test");
  pulumi.runtime.setAllConfig({ "restore-production:production": "shop" });

  // Only now, so that the program finds the mocks.
  const { restored } = await import("./index.js");

  assert.equal(await valueOf(restored), "2026-47 number 3");
  const { target, source } = made.get("copy-of-production-request") as { target: string; source: string };
  assert.deepEqual({ target, source }, { target: "id-of-staging", source: "0xf0ffe9" });
});

function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply(resolve as (value: T) => void));
}
