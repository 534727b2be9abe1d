import { expect } from "chai";
import { type Account, type LocalCloud, startLocalCloud } from "dgraphcloud-local";
import fc from "fast-check";
import { dataDrop } from "../../provider/dataDrop";
import { HostContext } from "../../provider/host/context";
import { type DynamicProvider, dynamicProvider } from "../../provider/host/dynamic";
import { restoreCompletion } from "../../provider/restore/completion";
import { restoreRequest } from "../../provider/restore/request";
import { TestClock } from "../unit/clock";
import { type Outcome, Stack } from "./stack";

const names = ["first", "second", "wipe"] as const;
type Name = (typeof names)[number];

/** What happens next to the stack or to the cloud. */
type Step =
  | { readonly kind: "up"; readonly bump?: Name; readonly tidy?: Name }
  | { readonly kind: "refresh" }
  | { readonly kind: "lost" | "throttled" | "unauthorized"; readonly operation: "restore" | "dropData" }
  | { readonly kind: "restart" | "rotate" | "rename" | "backup" }
  | { readonly kind: "kill"; readonly at: "restoreStatus" | "listBackups" };

const name = fc.constantFrom(...names);
const operation = fc.constantFrom("restore" as const, "dropData" as const);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("up" as const) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("up" as const), bump: name }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("up" as const), tidy: name }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("refresh" as const) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constantFrom("lost" as const, "throttled" as const, "unauthorized" as const),
        operation,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constantFrom("restart" as const, "rotate" as const, "rename" as const, "backup" as const),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("kill" as const),
        at: fc.constantFrom("restoreStatus" as const, "listBackups" as const),
      }),
    },
  ),
  { minLength: 3, maxLength: 12 },
);

/** A program with two restores and a drop on one backend, a stack, a cloud, and a process that can die. */
class World {
  private readonly clock = new TestClock();
  private readonly stack = new Stack();
  private readonly triggers: Record<Name, Record<string, string> | undefined> = { first: {}, second: {}, wipe: {} };
  private generation = 0;
  private engine = new AbortController();
  private providers!: Record<"request" | "completion" | "drop", DynamicProvider>;
  private killAt: "restoreStatus" | "listBackups" | undefined;
  private local!: LocalCloud;
  private source = "";
  private target = "";

  static async start(): Promise<World> {
    const world = new World();
    world.local = await startLocalCloud({ provisioningMs: 0, restoreMs: 4_000, now: () => world.clock.now() });
    const [account] = world.local.accounts;
    world.source = await world.make(account, "production");
    world.target = await world.make(account, "staging");
    await world.local.cloud.get(world.source).takeBackup();
    world.startProcess();
    return world;
  }

  async stop(): Promise<void> {
    this.engine.abort(new Error("the test is over"));
    await this.local.close();
  }

  async take(step: Step): Promise<void> {
    const backend = this.local.cloud.get(this.target);
    switch (step.kind) {
      case "up":
        if (step.bump !== undefined) this.triggers[step.bump] = { run: String((this.generation += 1)) };
        if (step.tidy !== undefined) this.triggers[step.tidy] = undefined;
        return this.up();
      case "refresh":
        return this.refresh();
      case "lost":
        this.local.faults.add({ operation: step.operation, fault: { kind: "reset", acted: true } });
        return;
      case "throttled":
        this.local.faults.add({ operation: step.operation, fault: { kind: "status", status: 429, acted: false } });
        return;
      case "unauthorized":
        this.local.faults.add({ operation: step.operation, fault: { kind: "unauthorized" } });
        return;
      case "restart":
        await backend.restartEngine();
        return;
      case "rotate":
        this.local.cloud.rotateToken(this.target);
        return;
      case "rename":
        backend.deployment.name = `staging-${this.clock.now()}`;
        return;
      case "backup":
        await this.local.cloud.get(this.source).takeBackup();
        return;
      case "kill":
        this.killAt = step.at;
    }
  }

  /** Lets everything that is under way end, and asks for nothing new. */
  async settle(): Promise<void> {
    this.local.faults.clear();
    this.killAt = undefined;
    this.clock.pass(60_000);
    await this.up();
    await this.refresh();
    await this.up();
  }

  private async make(account: Account | undefined, called: string): Promise<string> {
    if (account === undefined) throw new Error("the local cloud has no account");
    const made = { name: called, zone: "us-east-1", deploymentType: "dedicated" };
    return (await this.local.cloud.createDeployment(account, made)).uid;
  }

  /** Each operation of the engine has a process of its own, which knows nothing of the one before. */
  private startProcess(): void {
    this.engine = new AbortController();
    const { signal } = this.engine;
    const host = new HostContext(this.clock, () => ({ log: () => true, signal }));
    const [account] = this.local.accounts;
    const settings = { endpoint: this.local.endpoint, token: undefined, ...account };
    host.configure((setting) => settings[setting]);
    this.providers = {
      request: dynamicProvider(restoreRequest, host),
      completion: dynamicProvider(restoreCompletion, host),
      drop: dynamicProvider(dataDrop, host),
    };
  }

  private async up(): Promise<void> {
    this.startProcess();
    for (const one of names) {
      if (one === "wipe") await this.run(one, "dropData", this.providers.drop, { backend: this.target, allData: true });
      else await this.restore(one);
    }
  }

  private async restore(one: "first" | "second"): Promise<void> {
    const inputs = { target: this.target, source: this.source };
    const { error } = await this.run(one, "restore", this.providers.request, inputs);
    const request = this.stack.id(one);
    // The engine does not go on to what depends on a resource that failed.
    if (error !== undefined || request === undefined) return;
    const restoreId = this.stack.outputs(one)?.["restoreId"];
    const wait = { request, target: this.target, ...(restoreId !== undefined && { restoreId }) };
    await this.run(`${one}-completion`, undefined, this.providers.completion, wait);
  }

  /** One resource of an up, and the law: what acted is what was asked for. */
  private async run(
    resource: string,
    mutation: "restore" | "dropData" | undefined,
    provider: DynamicProvider,
    inputs: Record<string, unknown>,
  ): Promise<Outcome> {
    const before = this.acted();
    const triggers = mutation === undefined ? undefined : this.triggers[resource as Name];
    const urn = `urn:pulumi:dev::test::test::${resource}`;
    const wanted = { ...inputs, ...(triggers !== undefined && { triggers }), __urn: urn };
    const { signal } = this.engine;
    const stopWatching = this.watch();
    const outcome = await this.stack.up(resource, provider, wanted, () => !signal.aborted);
    stopWatching();
    if (signal.aborted) this.startProcess();
    const asked = mutation !== undefined && outcome.made ? 1 : 0;
    expect(this.acted() - before, `mutations of ${resource} (${outcome.error?.message ?? "well"})`).to.equal(asked);
    return outcome;
  }

  private acted(): number {
    return this.local.journal.acted("restore") + this.local.journal.acted("dropData");
  }

  /** Kills the process when it asks what the step named, before anything of this resource has been sent. */
  private watch(): () => void {
    const at = this.killAt;
    if (at === undefined) return () => undefined;
    const held = this.local.faults.add({ operation: at, fault: { kind: "pause", acted: false } });
    const engine = this.engine;
    const poll = setInterval(() => {
      if (held.struck === 0) return;
      clearInterval(poll);
      this.killAt = undefined;
      engine.abort(new Error("killed"));
      held.remove();
    }, 1);
    return () => {
      clearInterval(poll);
      held.remove();
    };
  }

  private async refresh(): Promise<void> {
    this.startProcess();
    const before = this.acted();
    for (const one of ["first", "second"]) {
      await this.stack.refresh(one, this.providers.request);
      await this.stack.refresh(`${one}-completion`, this.providers.completion);
    }
    await this.stack.refresh("wipe", this.providers.drop);
    expect(this.acted() - before, "mutations of a refresh").to.equal(0);
  }
}

describe("property: a restore or a drop acts as often as it was asked for", function () {
  this.timeout(300_000);

  it("over random ups, refreshes, faults, kills and outside changes", async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const world = await World.start();
        try {
          for (const step of sequence) await world.take(step);
          await world.settle();
        } finally {
          await world.stop();
        }
      }),
      { numRuns: 150 },
    );
  });
});
