import { isDeepStrictEqual } from "node:util";
import type { Deployment, JournalEntry, LocalCloud } from "dgraphcloud-local";
import { delegate } from "../../provider/host/delegate";
import { FatalError, type Values } from "./state";
import type { Answer, Call } from "./call";
import { SchemaInvariants } from "./schemaInvariants";
import type { Secrets } from "./secrets";
import type { Tally } from "./tally";

export class InvariantViolation extends FatalError {}

type Check = (holds: boolean, invariant: string) => void;

const replacing = ["target", "source", "backend", "triggers", "allData", "types", "fields"];
/** Whether an action with these inputs runs: for the first time, or for another target, selection or trigger. */
export function runs(before: Values, now: Values): boolean {
  const isNews = (name: string): boolean => now[name] !== undefined && !isDeepStrictEqual(before[name], now[name]);
  return Object.keys(before).length === 0 || replacing.some(isNews);
}

const lookUps = ["login", "deployments", "listBackups"];
const wipeOperations = { restoreRequest: "restore", dataDrop: "dropData" } as const;

/** Invariants of every call, checked against the local cloud. */
export class Invariants {
  /** Backends whose create could not be recorded: the process was killed, or the answer and the list were lost. */
  readonly unrecorded = new Set<string>();
  /** Every backend that a resource of the stack has created. */
  readonly made = new Set<string>();
  /** Adopted backends, whose fields cannot be compared where the list lacks them. */
  readonly adopted = new Set<string>();
  /** Backends that were kept because of retainOnDelete. */
  readonly released = new Set<string>();

  private readonly schemas: SchemaInvariants;
  /** The inputs with which each action ran last. */
  private readonly ran = new Map<string, Values>();

  constructor(
    private readonly local: LocalCloud,
    private readonly secrets: Secrets,
    private readonly tally: Tally,
  ) {
    this.schemas = new SchemaInvariants(local);
  }

  /** Starts to watch a call, and returns the function that checks its result. */
  watch(call: Call): (answer: Answer) => void {
    const { journal } = this.local;
    const first = journal.entries.length;
    const present = this.local.cloud.all().map((deployment) => ({ ...deployment }));
    const before = new Set(present.map(({ uid }) => uid));
    return (answer) => {
      const requests = journal.entries.slice(first);
      const made = [...this.uids()].filter((uid) => !before.has(uid));
      const removed = [...before].filter((uid) => !this.uids().has(uid));
      const check = (holds: boolean, invariant: string): void => {
        if (!holds)
          throw new InvariantViolation(
            `${invariant}: ${call.step} of ${call.name}, ${JSON.stringify({ made, removed })}, ${describe(answer)}`,
          );
      };
      this.checkBackends(call, answer, { made, removed }, check);
      this.checkWipes(call, answer, requests, check);
      this.schemas.check(call, answer, check);
      const isLate = requests.some(({ fault }) => fault === "lag");
      const doubled = present.filter(
        (old) => !isLate && call.own?.includes(old.uid) !== true && this.isNamesake(old, made),
      );
      check(doubled.length === 0, "an existing backend is never duplicated");
      check(count(requests, "createDeployment", mayHaveActed) <= 2, "createDeployment is sent at most twice");
      check(
        call.step !== "check" || requests.every(({ operation }) => call.asks === true && lookUps.includes(operation)),
        "a check makes only the look-ups that describe an action",
      );
      check(call.step !== "diff" || requests.length === 0, "diff makes no request");
      this.checkRepetition(call, answer, check);
      this.checkState(call, answer, check);
    };
  }

  private checkBackends(
    call: Call,
    answer: Answer,
    { made, removed }: { made: readonly string[]; removed: readonly string[] },
    check: Check,
  ): void {
    const creates = call.kind === "backend" && call.step === "create";
    const deletes = call.kind === "backend" && call.step === "delete";
    check(made.length <= (creates ? 1 : 0), "one create makes at most one backend");
    check(
      removed.every((uid) => deletes && uid === call.id),
      "only the requested backend is deleted",
    );
    check(removed.length === 0 || call.isProtected !== true, "a protected backend is not deleted");
    check(removed.length === 0 || call.isHeld !== true, "a backend of another resource of the program is not deleted");
    if (deletes && answer.error === undefined) this.tally.add("deleteDeployment asked");
    if (deletes) this.tally.add("deleteDeployment acted", removed.length);
    if (!creates) return;
    const [uid] = made;
    if (uid !== undefined) this.made.add(uid);
    if (answer.killed !== undefined) {
      if (uid !== undefined) this.lost(uid, "createDeployment acted unheard");
    } else if (answer.id === undefined) {
      // A create may lose its uid only if the answer and the list were lost; the next run searches before it creates.
      check(
        uid === undefined || answer.error?.message.includes("may or may not exist") === true,
        "a known uid is kept",
      );
      if (uid !== undefined) this.lost(uid, "createDeployment acted unfound");
    } else {
      this.unrecorded.delete(answer.id);
      const adopted = made.length === 0;
      check(adopted || uid === answer.id, "the state has the uid of the created backend");
      check(
        !adopted || call.adopts?.existing === true || call.adopts?.uid === answer.id,
        "a backend is adopted only with consent",
      );
      if (adopted) this.adopted.add(answer.id);
      this.tally.add(adopted ? "taken over" : "createDeployment asked");
      this.tally.add("createDeployment acted", made.length);
    }
  }

  private checkWipes(call: Call, answer: Answer, requests: readonly JournalEntry[], check: Check): void {
    const own = call.kind === "restoreRequest" || call.kind === "dataDrop" ? wipeOperations[call.kind] : undefined;
    const may = own !== undefined && (call.step === "create" || call.step === "update") ? (call.steps ?? 0) : 0;
    for (const operation of Object.values(wipeOperations)) {
      const allowed = operation === own ? may : 0;
      const acted = count(requests, operation, (entry) => entry.acted);
      check(count(requests, operation, mayHaveActed) <= allowed, `${operation} is sent at most as often as requested`);
      if (answer.killed !== undefined) {
        this.tally.add(`${operation} acted unheard`, acted);
        continue;
      }
      const ended = answer.error === undefined && call.step === "create";
      if (ended && operation === own)
        check(
          acted === (call.resumes === true ? 0 : allowed),
          `${operation} acted as often as a successful create reports`,
        );
      if (answer.id === undefined && call.step === "create")
        check(acted === 0, `${operation} acted only if it is in the state`);
      this.tally.add(`${operation} acted`, acted);
    }
  }

  /** An action runs again only for another target, selection or trigger. */
  private checkRepetition(call: Call, { id, error, killed }: Answer, check: Check): void {
    if (call.kind !== "restoreRequest" && call.kind !== "dataDrop") return;
    if (call.step === "delete")
      check(call.isGuarded !== true || error !== undefined, "the record of an action on a protected backend stays");
    if (call.step === "delete" && call.isPendingDeletion !== true && error === undefined) this.ran.delete(call.name);
    if (call.step !== "create" || call.inputs === undefined) return;
    const [before, now] = [this.ran.get(call.name), call.inputs];
    check(runs(before ?? {}, now), "an action runs again only on request");
    if (id === undefined || killed !== undefined) return;
    this.ran.set(call.name, now);
    if (call.resumes !== true) this.tally.add(`${wipeOperations[call.kind]} asked`, call.steps);
  }

  private checkState(call: Call, { outputs, error }: Answer, check: Check): void {
    if (outputs !== undefined) {
      check(isDeepStrictEqual(JSON.parse(JSON.stringify(outputs)), outputs), "a state contains plain values only");
      const text = (outputs as { __provider?: unknown }).__provider;
      check(text === delegate(call.kind), "a state contains the delegate");
      check(!this.secrets.leakIn(call.kind, outputs), "no secret is in an output that is not declared secret");
    }
    check(error === undefined || !this.secrets.isIn(error.message), "no secret is in a message");
  }

  private lost(uid: string, how: "createDeployment acted unheard" | "createDeployment acted unfound"): void {
    this.unrecorded.add(uid);
    this.tally.add(how);
  }

  private isNamesake(old: Deployment, made: readonly string[]): boolean {
    const fresh = made.map((uid) => this.local.cloud.get(uid).deployment);
    return fresh.some(
      ({ name, zone, deploymentType: type }) => name === old.name && zone === old.zone && type === old.deploymentType,
    );
  }

  private uids(): Set<string> {
    return new Set(this.local.cloud.all().map(({ uid }) => uid));
  }
}

function count(
  requests: readonly JournalEntry[],
  operation: string,
  accepts: (entry: JournalEntry) => boolean,
): number {
  return requests.filter((entry) => entry.operation === operation && accepts(entry)).length;
}

/** Whether the sender must assume that the request acted. */
function mayHaveActed({ acted, status, fault }: JournalEntry): boolean {
  return acted || status === 0 || status >= 500 || fault === "body" || fault === "cut-off";
}

function describe({ id, error, killed }: Answer): string {
  return `id ${id ?? "none"}, ${killed === undefined ? "" : `${killed} killed, `}${error?.message ?? "well"}`;
}
