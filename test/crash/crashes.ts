import { expect } from "chai";
import type { Run } from "../harness/engineStack";
import { providerCommand } from "../harness/processes";
import type { HostName } from "../harness/testedHost";
import { Harness } from "./harness";
import { expectationOf, isAnswerRecorded, isOfSchema, type Operation, type Row } from "./rows";

/** The main mutation of each operation, which must not act twice. */
const mutations: Readonly<Record<Operation, string>> = {
  create: "createDeployment",
  update: "updateDeployment",
  delete: "deleteDeployment",
  restore: "restore",
  drop: "dropData",
  "first schema": "updateGQLSchema",
  "changed schema": "updateGQLSchema",
};

/** Describes a stack on which one row after the other crashes. */
export function describeCrashes(host: HostName, rows: readonly Row[]): void {
  describe(`crash: the next up continues after a process died at a step, on the ${host} host`, function () {
    this.timeout(300_000);
    const seen: Record<string, string>[] = [];
    let harness: Harness;

    before(async () => {
      harness = await Harness.begin(host);
    });
    after(async () => {
      await (harness as Harness | undefined)?.close();
      console.table(seen);
      const count = (outcome: string): number => seen.filter((row) => row["outcome"] === outcome).length;
      console.log(
        `${seen.length} of ${rows.length} rows as expected; ${count("window")} in the window of rule 2, counted apart`,
      );
    });

    for (const [number, row] of rows.entries()) {
      const { operation, request, moment, since, call = 1, process, signal, then } = row;
      const step = `${moment} ${call > 1 ? `request ${call} of ` : ""}${request}${since === undefined ? "" : ` that follows ${since}`}`;
      it(`${operation}, ${step}: ${signal} to the ${process}, then ${then}: ${expectationOf(row)}`, async () => {
        await runRow(harness, row, number);
        seen.push({ operation, step, process, signal, then, outcome: expectationOf(row) });
      });
    }

    it("ends with every backend once in the stack, and nothing left to do", async () => {
      const held = (await harness.stack.backends()).map(({ id }) => id ?? "").sort();
      expect(held).to.deep.equal(harness.uids().sort());
      harness.stack.local.journal.clear();
      const up = await harness.up("--expect-no-changes");
      expect(up.code, up.output).to.equal(0);
      expect(harness.stack.local.journal.count(), "requests of an up with nothing to do").to.equal(0);
      expect(new Set(rows.map(expectationOf)).size, "kinds of outcomes").to.equal(4);
    });

    it("has left no secret in state files and their history, in temporary files, or in process arguments", () => {
      const { seen, leaks } = harness.audit.stop();
      expect([...seen.commands].some((command) => providerCommand.test(command))).to.equal(true);
      expect(seen.files.size).to.be.above(rows.length);
      expect(leaks).to.deep.equal([]);
    });
  });
}

async function runRow(harness: Harness, row: Row, number: number): Promise<void> {
  const resource = await changeProgram(harness, row, number);
  const mutation = mutations[row.operation];
  const [acted, uids] = [harness.acted(mutation), new Set(harness.uids())];
  const crashed = await harness.crash(row);
  // A delete comes after the program has ended, so the engine can still finish after SIGINT or SIGTERM.
  if (row.operation !== "delete" || !isAnswerRecorded(row)) expect(crashed.code, crashed.output).not.to.equal(0);
  const outcome = expectationOf(row);
  if (!isStillRunning(row)) harness.setRestoreOutcome("OK");
  const next = await harness.runAgain(row);
  expect(harness.audit.leaksIn(`${crashed.output}\n${next.output}`, "what was printed")).to.deep.equal([]);
  if (outcome === "refused: adoptUid") await adopt(harness, next, resource, uids);
  else if (outcome === "refused: resumeRestoreId") await resume(harness, next);
  else expect(next.code, next.output).to.equal(0);

  const times = harness.acted(mutation) - acted;
  // An update may be sent twice, since the same values change nothing, so only its result is checked.
  if (row.operation !== "update" && !isOfSchema(row))
    expect(times, `${mutation} acted`).to.equal(outcome === "window" ? 2 : 1);
  await inspect(harness, row, resource, number);
}

/** Whether the restore of unknown outcome must still run during the next up. */
function isStillRunning(row: Row): boolean {
  return expectationOf(row) === "refused: resumeRestoreId";
}

/** Changes the program for the operation of the row, and returns the resource. */
async function changeProgram(harness: Harness, row: Row, number: number): Promise<string> {
  const { operation, since } = row;
  const { program } = harness;
  // Later rows change the first three backends, and delete the others.
  const [made, changed, doomed] = [`made-${number}`, `made-${number % 3}`, program.resources[3] ?? ""];
  switch (operation) {
    case "create":
      program.backend(made, made, "script");
      return made;
    case "update":
      program.backend(changed, `renamed-${number}`, `script-${number}`);
      return changed;
    case "delete":
      await harness.stack.ageBackends();
      program.remove(doomed);
      return doomed;
    case "restore":
      harness.setRestoreOutcome(since === undefined && !isStillRunning(row) ? "OK" : "IN_PROGRESS");
      program.askRestore();
      return "copy-request";
    case "drop":
      program.askDrop();
      return "wipe";
    case "first schema": {
      const resource = `schema-${number}`;
      program.schema(resource, await harness.makeBackend(`of-${number}`), "type Author { name: String old: Int }");
      return resource;
    }
    case "changed schema":
      return program.changeSchema(`type Author { name: String field${number}: Int }`);
  }
}

async function adopt(harness: Harness, refused: Run, resource: string, before: ReadonlySet<string>): Promise<void> {
  const fresh = harness.uids().filter((uid) => !before.has(uid));
  expect(fresh, "backends that the create has made").to.have.length(1);
  const line = `adoptUid: "${fresh[0] ?? ""}"`;
  expect(refused.code, refused.output).not.to.equal(0);
  expect(refused.output).to.contain(line);
  harness.program.adopt(resource, line);
  const adopted = await harness.up();
  expect(adopted.code, adopted.output).to.equal(0);
}

async function resume(harness: Harness, refused: Run): Promise<void> {
  expect(refused.code, refused.output).not.to.equal(0);
  const [, id] = /set resumeRestoreId: (\d+)/.exec(refused.output) ?? [];
  expect(id, refused.output).not.to.equal(undefined);
  harness.program.resumeRestore(id ?? "");
  harness.setRestoreOutcome("OK");
  const resumed = await harness.up();
  expect(resumed.code, resumed.output).to.equal(0);
}

/** Checks the final state of the cloud without the provider. */
async function inspect(harness: Harness, { operation }: Row, resource: string, number: number): Promise<void> {
  const entry = (await harness.stack.state()).resources.find(({ urn }) => urn.endsWith(`::${resource}`));
  const live = harness.stack.local.cloud.all().find(({ uid }) => uid === entry?.id);
  const text = harness.program.schemaOf(resource);
  if (text !== undefined) {
    expect(entry?.initErrors ?? []).to.deep.equal([]);
    expect(entry?.outputs?.["schema"]).to.equal(text);
    expect(await harness.stack.local.cloud.get(entry?.id ?? "").engine.schema()).to.equal(text);
    return;
  }
  if (operation === "delete") expect([entry, live]).to.deep.equal([undefined, undefined]);
  if (operation === "create") expect(live?.name).to.equal(resource);
  if (operation !== "create" && operation !== "update") return;
  expect(entry?.initErrors ?? []).to.deep.equal([]);
  const script = operation === "create" ? "script" : `script-${number}`;
  expect(Buffer.from(live?.lambdaScript ?? "", "base64").toString()).to.equal(script);
  if (operation === "update") expect(live?.name).to.equal(`renamed-${number}`);
}
