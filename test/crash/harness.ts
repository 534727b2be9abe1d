import { expect } from "chai";
import type { ActiveFault } from "dgraphcloud-local";
import { pause } from "../harness/clocks";
import { type Run, Stack } from "../harness/engineStack";
import { Audit } from "../harness/secretAudit";
import type { HostName } from "../harness/testedHost";
import { Program } from "./program";
import { isAnswerRecorded, type Row } from "./rows";
import { endProcesses, sendSignal, signalMs } from "./victims";

const timeoutMs = 60_000;

/** One stack for all rows, with backends that the rows create and change, and a source and a target outside of the stack. */
export class Harness {
  readonly program: Program;
  private readonly outside: string[];

  private constructor(
    readonly stack: Stack,
    readonly audit: Audit,
    readonly source: string,
    readonly target: string,
  ) {
    this.program = new Program(source, target);
    this.outside = [source, target];
  }

  static async begin(host: HostName): Promise<Harness> {
    const accounts = [{ email: "me@example.com", password: "canary-password-of-the-account" }];
    const stack = await Stack.start({ accounts, provisioningMs: 0, restoreMs: 500 });
    stack.use(host);
    const audit = new Audit(stack);
    const { cloud } = stack.local;
    const make = async (name: string): Promise<string> => {
      const asked = { name, zone: "us-east-1", deploymentType: "dedicated" };
      return (await cloud.createDeployment(accounts[0]!, asked)).uid;
    };
    const harness = new Harness(stack, audit, await make("production"), await make("staging"));
    await cloud.get(harness.source).takeBackup();
    return harness;
  }

  acted(operation: string): number {
    return this.stack.local.journal.acted(operation);
  }

  /** The uids of the backends that the stack has created. */
  uids(): string[] {
    return this.stack.local.cloud.all().flatMap(({ uid }) => (this.outside.includes(uid) ? [] : [uid]));
  }

  /** Creates a backend outside of the stack that answers DQL. */
  async makeBackend(name: string): Promise<string> {
    const { accounts, cloud } = this.stack.local;
    const asked = { name, zone: "us-east-1", deploymentType: "dedicated", deploymentMode: "flexible" };
    const { uid } = await cloud.createDeployment(accounts[0]!, asked);
    this.outside.push(uid);
    return uid;
  }

  setRestoreOutcome(status: "OK" | "IN_PROGRESS"): void {
    this.stack.local.cloud.get(this.target).setRestoreOutcome({ status });
  }

  /** Runs the program, and sends the row's signal to the row's process while the row's request is held. */
  async crash(row: Row): Promise<Run> {
    this.stack.program(this.program.text);
    const { journal } = this.stack.local;
    const [first, acted] = [journal.entries.length, this.acted(row.since ?? "")];
    const holdRequest = (): ActiveFault => this.hold(row);
    let held = row.since === undefined ? holdRequest() : undefined;
    const { child, ended } = this.stack.begin("up", "--yes", "--skip-preview");
    if (row.since !== undefined) {
      await journal.waitFor(() => this.acted(row.since ?? "") > acted, timeoutMs);
      held = holdRequest();
    }
    await journal.waitFor(
      ({ sequence, operation, fault, acted: done }) =>
        operation === row.request &&
        fault !== undefined &&
        (row.moment === "before" || done) &&
        journal.entries.findIndex((entry) => entry.sequence === sequence) >= first,
      timeoutMs,
    );
    const processes = sendSignal(child, row);
    await pause(signalMs);
    if (isAnswerRecorded(row)) {
      // The engine waits for running operations, so the restore must end.
      this.setRestoreOutcome("OK");
      held?.release();
    }
    const run = await ended;
    await endProcesses(processes);
    held?.remove();
    if (row.process === "pulumi" && row.signal === "SIGKILL") await this.stack.pulumi("cancel", "--yes");
    return run;
  }

  /** Runs the row's next command after the crash. */
  async runAgain(row: Row): Promise<Run> {
    if (row.then === "refresh, up") {
      const refresh = await this.stack.refresh();
      expect(refresh.code, refresh.output).to.equal(0);
    }
    return this.up();
  }

  async up(...more: string[]): Promise<Run> {
    this.stack.program(this.program.text);
    return this.stack.up(...more);
  }

  close(): Promise<void> {
    this.audit.stop();
    return this.stack.close();
  }

  /** Holds the row's request. If its answer cannot be recorded any more, the request must not act after the kill. */
  private hold(row: Row): ActiveFault {
    const kind = isAnswerRecorded(row) ? "pause" : "hang";
    return this.stack.local.faults.add({
      operation: row.request,
      calls: [row.call ?? 1],
      fault: { kind, acted: row.moment === "after" },
    });
  }
}
