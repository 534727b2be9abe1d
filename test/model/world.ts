import { type LocalCloud, startLocalCloud } from "dgraphcloud-local";
import { TestClock } from "../harness/clocks";
import { ProviderCalls, Killed } from "./providerCalls";
import { CrashInjector, type Crash } from "./crashInjector";
import { checkConvergence, checkGuards, checkNoRequests, checkUids } from "./convergence";
import { edit } from "./edit";
import { InvariantViolation, Invariants } from "./invariants";
import { applyOutsideChange, applySchemaChange } from "./outsideChange";
import { ProviderProcess } from "./providerProcess";
import { Program, type Slot } from "./program";
import { seededRandom } from "./random";
import { Secrets } from "./secrets";
import { SimulatedStack } from "./simulatedStack";
import type { Failed } from "./state";
import type { Step } from "./steps";
import type { Tally } from "./tally";
import { User } from "./user";

const settleRounds = 15;
/** The time that a process needs to start. */
const startMs = 1_000;
const betweenRunsMs = 10 * 60_000;

/** A cloud, a stack, a user with a program, and processes that can be killed. */
export class World {
  private readonly stack = new SimulatedStack();
  private readonly random = seededRandom(1);
  private readonly user: User;
  private readonly secrets: Secrets;
  private readonly invariants: Invariants;

  private constructor(
    private readonly clock: TestClock,
    private readonly local: LocalCloud,
    private readonly program: Program,
    private readonly outside: { readonly source: string; readonly staging: string },
    private readonly tally: Tally,
  ) {
    this.user = new User(program, this.stack);
    this.secrets = new Secrets(local);
    this.invariants = new Invariants(local, this.secrets, tally);
  }

  static async begin(tally: Tally): Promise<World> {
    const clock = new TestClock();
    const local = await startLocalCloud({ provisioningMs: 20_000, restoreMs: 40_000, now: () => clock.now() });
    const make = async (name: string): Promise<string> => {
      const asked = { name, zone: "us-east-1", deploymentType: "dedicated" };
      return (await local.cloud.createDeployment(local.accounts[0]!, asked)).uid;
    };
    const outside = { source: await make("production"), staging: await make("staging") };
    await local.cloud.get(outside.source).takeBackup();
    clock.pass(3_600_000);
    return new World(clock, local, new Program(outside), outside, tally);
  }

  private get environment(): Parameters<typeof applyOutsideChange>[1] {
    const { outside, local, stack, program, clock } = this;
    return { ...outside, local, stack, program, clock };
  }

  async end(): Promise<void> {
    await this.local.close();
  }

  async take(step: Step): Promise<void> {
    switch (step.kind) {
      case "up":
        this.check(await this.up(step.crash, step.forced, step.refresh));
        return;
      case "refresh":
        await this.run("refresh", step.crash, () => this.stack.refresh());
        return;
      case "destroy":
        await this.run("destroy", step.crash, () => this.stack.refreshed(step.refresh, () => this.stack.destroy()));
        return;
      case "fault":
        this.local.faults.add({ operation: step.operation, calls: step.calls, fault: step.fault });
        return;
      case "outside":
        return applyOutsideChange(step, this.environment);
      case "schema outside":
        return applySchemaChange(step, this.environment);
      case "pass":
        this.clock.pass(step.ms);
        return;
      default:
        edit(this.program, step, this.user);
    }
  }

  /** Removes all faults, and follows the messages until the stack matches the program. */
  async settle(): Promise<void> {
    this.local.faults.clear();
    for (const backend of this.local.cloud.allBackends()) backend.setRestoreOutcome({ status: "OK" });
    let failures: readonly Failed[] = [];
    for (let round = 0; round < settleRounds; round++) {
      this.clock.pass(betweenRunsMs);
      failures = await this.converge();
      if (failures.length === 0) return this.atRest();
      for (const failed of failures) this.user.follow(failed, (uid) => this.invariants.unrecorded.has(uid));
    }
    throw new InvariantViolation(
      `does not converge: ${failures.map(({ name, error }) => `${name}: ${error.message}`).join("\n")}`,
    );
  }

  private async converge(): Promise<readonly Failed[]> {
    const failures = await this.up(undefined);
    const unread = (await this.run("refresh", undefined, () => this.stack.refresh())) ?? [];
    if (failures === undefined || failures.length > 0) return failures ?? [];
    return unread.length > 0 ? unread : ((await this.up(undefined)) ?? []);
  }

  private async atRest(): Promise<void> {
    await checkNoRequests(this.local, () => this.up(undefined));
    const { stack, local, invariants, program } = this;
    checkUids({ stack, local, invariants });
    checkConvergence({ stack, local, invariants, program });
    for (const uid of invariants.unrecorded) if (local.cloud.backend(uid) !== undefined) this.tally.add("abandoned");
    this.tally.add("converged");
  }

  private up(crash: Crash | undefined, forced?: Slot, refresh?: boolean): Promise<Failed[] | undefined> {
    return this.run("up", crash, () =>
      this.stack.refreshed(refresh, () => this.stack.up(this.program.registrations, forced)),
    );
  }

  private check(failures: readonly Failed[] | undefined): void {
    if (failures?.length !== 0) return;
    const { stack, local, invariants } = this;
    checkUids({ stack, local, invariants });
    checkGuards({ stack });
  }

  /** Runs one engine operation in a new process. Returns undefined if the engine was killed. */
  private async run(
    what: string,
    crash: Crash | undefined,
    work: () => Promise<Failed[]>,
  ): Promise<Failed[] | undefined> {
    this.clock.pass(startMs);
    const process = new ProviderProcess(this.clock, this.local, this.random);
    const crashInjector = new CrashInjector(crash, this.local, process);
    this.stack.begin(new ProviderCalls(process, crashInjector, this.invariants));
    this.tally.add(what);
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      return undefined;
    } finally {
      crashInjector.end();
      if (process.killed !== undefined) this.tally.add(`${process.killed} killed`);
      // No pending call may outlive the process.
      process.kill("engine");
      this.checkLines(process.lines);
    }
  }

  private checkLines(lines: readonly string[]): void {
    if (lines.some((line) => this.secrets.isIn(line))) throw new InvariantViolation("a secret is in a line of the log");
  }
}
