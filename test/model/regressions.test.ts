import { play } from "./play";
import type { Step } from "./steps";
import { Tally } from "./tally";

/** Histories that once violated an invariant, as the model test found and shrank them. */
const histories: Readonly<Record<string, readonly Step[]>> = {
  "a backend that two resources stand for outlives the newer of them": [
    { kind: "backend", slot: "orders", args: { name: "beta", deploymentType: "free", deletionProtection: true } },
    { kind: "up" },
    { kind: "remove", name: "orders" },
    { kind: "backend", slot: "users", args: { name: "beta", deploymentType: "free", adoptExisting: true } },
    { kind: "up" },
    { kind: "backend", slot: "orders", args: { name: "beta", deploymentType: "free", deletionProtection: true } },
    { kind: "remove", name: "users" },
    { kind: "up" },
  ],
  "a backend taken over from a resource that is still declared is refused to both": [
    { kind: "backend", slot: "orders", args: { name: "beta", deploymentType: "free", deletionProtection: true } },
    { kind: "up" },
    { kind: "backend", slot: "users", args: { name: "beta", deploymentType: "free", adoptExisting: true } },
    // The check refuses orders, so users finds a backend that is not in the state.
    { kind: "backend", slot: "orders", args: { lambdaScript: "two", subdomain: "left" } },
    { kind: "up" },
  ],
  "a protected backend that a forced replace left behind can be deleted once its successor is not protected": [
    { kind: "backend", slot: "users", args: { deletionProtection: true } },
    { kind: "up" },
    { kind: "backend", slot: "users", args: { deploymentType: "free", deletionProtection: false } },
    { kind: "up", forced: "users" },
  ],
  "a protected backend that was deleted outside and then destroyed can be declared anew": [
    { kind: "backend", slot: "orders", args: { deletionProtection: true } },
    { kind: "up" },
    { kind: "outside", what: "delete", target: "orders" },
    { kind: "up" },
    { kind: "backend", slot: "orders", args: { subdomain: "left" } },
    { kind: "up" },
    { kind: "destroy" },
  ],
  "a protected backend that was taken out of the program and deleted outside is forgotten": [
    { kind: "backend", slot: "users", args: { deletionProtection: true } },
    { kind: "up" },
    { kind: "remove", name: "users" },
    { kind: "backend", slot: "orders", args: {} },
    { kind: "restore", name: "copy", target: "orders", triggers: "new" },
    { kind: "outside", what: "delete", target: "users" },
  ],
  "a protected backend whose forced replace took over another one is deleted once it is declared without protection": [
    { kind: "backend", slot: "orders", args: { deletionProtection: true } },
    { kind: "up" },
    { kind: "backend", slot: "orders", args: { name: "alpha", deletionProtection: false } },
    { kind: "backend", slot: "users", args: { name: "alpha" } },
    { kind: "backend", slot: "orders", args: { subdomain: "left", adoptExisting: true } },
    { kind: "up" },
    { kind: "up", forced: "orders" },
  ],
  "a protected backend that a forced replace left behind stays while its successor is being protected": [
    { kind: "backend", slot: "orders", args: { deletionProtection: true } },
    { kind: "up" },
    { kind: "backend", slot: "orders", args: { deploymentType: "free", deletionProtection: false } },
    { kind: "up", forced: "orders" },
    { kind: "backend", slot: "orders", args: { deletionProtection: true } },
    { kind: "up" },
  ],
  "a protected backend that a forced replace left behind stays when a protected one replaces its successor": [
    { kind: "backend", slot: "orders", args: { deletionProtection: true } },
    { kind: "up" },
    { kind: "backend", slot: "orders", args: { deploymentType: "free", deletionProtection: false } },
    { kind: "up", forced: "orders" },
    { kind: "backend", slot: "orders", args: { subdomain: "left", deletionProtection: true } },
    { kind: "up" },
  ],
  "a backend of two entries of the state is deleted when both are deleted in a process that has read both": [
    { kind: "backend", slot: "orders", args: { name: "alpha", adoptExisting: true } },
    { kind: "up" },
    { kind: "backend", slot: "users", args: { name: "beta" } },
    {
      kind: "fault",
      operation: "createDeployment",
      fault: { kind: "errors", messages: ["no"], acted: false },
      calls: [1],
    },
    // orders adopts its own backend; since users fails, its old entry stays.
    { kind: "up", forced: "orders" },
    { kind: "remove", name: "orders" },
    { kind: "up", refresh: true },
  ],
};

describe("model: regressions", () => {
  for (const [name, history] of Object.entries(histories)) it(name, () => play(history, new Tally()));
});
