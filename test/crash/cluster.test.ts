import { expect } from "chai";
import { pause } from "../harness/clocks";
import { EngineStack, fails, type Run, succeeds } from "../harness/engineStack";
import { FakeCluster } from "../harness/fakeCluster";
import { providerCommand } from "../harness/processes";
import { LeakSearch } from "../harness/secretAudit";
import type { Process } from "./rows";
import { endProcesses, sendSignal, signalMs } from "./victims";

type Operation = "restore" | "drop" | "backup" | "first schema" | "changed schema";

/** A request that is held when a process is killed with SIGKILL: before it acts, or between its act and its answer. */
interface Row {
  readonly operation: Operation;
  readonly request: string;
  readonly moment: "before" | "after";
  readonly process: Process;
  /** Only requests after this mutation count. */
  readonly since?: string;
}

const both = (
  operation: Operation,
  request: string,
  processes: Readonly<Record<Row["moment"], readonly Process[]>>,
): Row[] =>
  (["before", "after"] as const).flatMap((moment) =>
    processes[moment].map((process) => ({ operation, request, moment, process })),
  );

const rows: readonly Row[] = [
  ...both("first schema", "updateGQLSchema", { before: ["provider"], after: ["pulumi"] }),
  ...both("changed schema", "updateGQLSchema", { before: ["pulumi"], after: ["provider"] }),
  ...both("backup", "backup", { before: ["pulumi"], after: ["provider"] }),
  // Whether the task has ended.
  { operation: "backup", request: "task", moment: "before", process: "pulumi", since: "backup" },
  ...both("drop", "alter", { before: ["provider"], after: ["pulumi"] }),
  ...both("restore", "restore", { before: ["pulumi"], after: ["pulumi", "provider"] }),
  // The wait for its end.
  { operation: "restore", request: "live", moment: "before", process: "provider", since: "restore" },
];

const mutations: Readonly<Record<Operation, string>> = {
  restore: "restore",
  drop: "alter",
  backup: "backup",
  "first schema": "updateGQLSchema",
  "changed schema": "updateGQLSchema",
};

/**
 * The one window that nothing can close (rule 2): everything was killed before the engine had recorded the action. For a backup it ends with
 * the backup, which erases nothing.
 */
function isInWindow({ operation, moment, since }: Row): boolean {
  return !operation.endsWith("schema") && (moment === "after" || (operation === "backup" && since !== undefined));
}

const timeoutMs = 60_000;
const folder = "/srv/backups";
const secrets = { token: "canary-admin-token-4712", header: "canary-gateway-key-4713" };

describe("crash: the next up on a cluster continues after a process died at a step", function () {
  this.timeout(300_000);
  let cluster: FakeCluster;
  let stack: EngineStack;
  let search: LeakSearch;
  const statements: string[] = [];
  let schema = "";

  before(async () => {
    cluster = await FakeCluster.start({
      restoreMs: 500,
      backupMs: 300,
      authToken: secrets.token,
      gatewayHeaders: { "x-gateway-key": secrets.header },
    });
    stack = await EngineStack.with({
      DGRAPHCLOUD_CLUSTER_URL: cluster.url,
      DGRAPHCLOUD_CLUSTER_AUTH_TOKEN: secrets.token,
      DGRAPHCLOUD_CLUSTER_HEADERS: JSON.stringify({ "x-gateway-key": secrets.header }),
    });
    search = new LeakSearch(stack);
    for (const [name, value] of Object.entries(secrets)) search.canaries.add(name, value);
    cluster.setText("type Author { id: ID! name: String }");
    cluster.addNodes(3, "Author", ["Author.name"]);
    cluster.takeBackup(folder);
  });
  after(async () => {
    search.stop();
    await stack.close();
    await cluster.close();
  });

  const up = (...more: string[]): Promise<Run> => {
    stack.program([schema, ...statements].join("\n"));
    return stack.up(...more);
  };

  /** Adds the resource of a row to the program, or changes the schema. */
  const declare = ({ operation }: Row, number: number): void => {
    switch (operation) {
      case "first schema":
      case "changed schema":
        schema = `new dgraphcloud.GraphqlSchema("api", { schema: "type Author { id: ID! name: String field${number}: Int }", allow: ["*"] });`;
        return;
      case "drop":
        statements.push(`new dgraphcloud.DataDrop("drop-${number}", { allData: true });`);
        return;
      case "backup":
        statements.push(
          `new dgraphcloud.Backup("backup-${number}", { destination: "${folder}-${number}", full: true });`,
        );
        return;
      case "restore":
        statements.push(
          `new dgraphcloud.Restore("restore-${number}", { location: "${folder}", timeouts: { create: "20s" } });`,
        );
    }
  };

  /** Runs the program, and kills the row's process while the row's request is held. */
  const crash = async (row: Row): Promise<Run> => {
    stack.program([schema, ...statements].join("\n"));
    const { journal } = cluster;
    const [sent, acted] = [journal.entries.length, journal.acted(row.since ?? "")];
    const hold = (): { remove(): void } =>
      cluster.faults.add({ operation: row.request, fault: { kind: "hang", acted: row.moment === "after" } });
    let held = row.since === undefined ? hold() : undefined;
    const { child, ended } = stack.begin("up", "--yes", "--skip-preview");
    if (row.since !== undefined) {
      const { since } = row;
      await journal.waitFor(() => journal.acted(since) > acted, timeoutMs);
      held = hold();
    }
    await journal.waitFor(
      (entry) =>
        entry.operation === row.request &&
        entry.fault !== undefined &&
        (row.moment === "before" || entry.acted) &&
        journal.entries.indexOf(entry) >= sent,
      timeoutMs,
    );
    const processes = sendSignal(child, { process: row.process, signal: "SIGKILL" });
    await pause(signalMs);
    const run = await ended;
    await endProcesses(processes);
    held?.remove();
    if (row.process === "pulumi") await stack.pulumi("cancel", "--yes");
    return run;
  };

  for (const [number, row] of rows.entries()) {
    const { operation, request, moment, process, since } = row;
    const step = `${moment} ${request}${since === undefined ? "" : ` that follows ${since}`}`;
    const outcome = isInWindow(row) ? "runs again" : "acts once in all";
    it(`${operation}, ${step}: SIGKILL to the ${process}: ${outcome}`, async () => {
      const mutation = mutations[operation];
      const acted = cluster.journal.acted(mutation);
      declare(row, number);
      // A restore whose answer was lost still runs when the next up comes.
      cluster.database.durations.restoreMs = operation === "restore" && moment === "after" ? 3_600_000 : 500;
      const crashed = await crash(row);
      expect(crashed.code, crashed.output).not.to.equal(0);
      if (cluster.database.isRestoring && since === undefined) {
        const refused = await fails(up());
        // While an earlier Restore of the program is not compared yet, the running one may be its own, which is waited for.
        expect(refused).to.match(/DGC410|which must end first/);
        expect(cluster.journal.acted(mutation)).to.equal(acted + 1);
        cluster.database.finishRestore();
        cluster.database.durations.restoreMs = 500;
      }
      const output = await succeeds(up());
      expect(search.leaksIn(`${crashed.output}\n${output}`, "what was printed")).to.deep.equal([]);
      const times = cluster.journal.acted(mutation) - acted;
      // A schema may be sent twice, since the same text changes nothing, so only its result is checked.
      if (!operation.endsWith("schema")) expect(times, `${mutation} acted`).to.equal(isInWindow(row) ? 2 : 1);
      if (isInWindow(row) && operation !== "backup")
        expect(output).to.include("This is a first run, as far as this stack's state tells");
      inspect(row, number);
    });
  }

  /** Checks the cluster without the provider. */
  function inspect(row: Row, number: number): void {
    const { operation } = row;
    if (operation.endsWith("schema")) expect(cluster.text()).to.include(`field${number}: Int`);
    if (operation === "drop") expect(cluster.nodesOf("Author")).to.equal(0);
    if (operation === "restore") expect(cluster.nodesOf("Author")).to.equal(3);
    if (operation === "backup") expect(cluster.backups(`${folder}-${number}`)).to.have.length(isInWindow(row) ? 2 : 1);
  }

  it("ends with nothing left to do", async () => {
    cluster.journal.clear();
    await succeeds(up("--expect-no-changes"));
    expect(cluster.journal.count(), "requests of an up with nothing to do").to.equal(0);
    const { resources } = await stack.state();
    expect(resources.flatMap(({ initErrors = [] }) => initErrors)).to.deep.equal([]);
  });

  it("has left no secret in state files and their history, in temporary files, or in process arguments", () => {
    const { seen, leaks } = search.stop();
    expect([...seen.commands].some((command) => providerCommand.test(command))).to.equal(true);
    expect(seen.files.size).to.be.above(rows.length);
    expect(leaks).to.deep.equal([]);
  });
});
