import { isDeepStrictEqual } from "node:util";
import type { Deployment, JournalEntry, LocalCloud } from "dgraphcloud-local";
import { delegate, type Kind } from "../../sdk/delegate";
import { FatalError, type Values } from "./state";
import type { Secrets } from "./secrets";
import type { KilledProcess } from "./providerProcess";
import type { Tally } from "./tally";

/** One call of the engine on a provider. */
export interface Call {
  readonly step: "check" | "diff" | "create" | "read" | "update" | "delete";
  readonly name: string;
  readonly kind: Kind;
  readonly id?: string;
  /** Consent to take over a backend that is there. */
  readonly adopts?: { readonly uid: string | undefined; readonly existing: boolean };
  /** Waits for a restore that runs already. */
  readonly resumes?: boolean;
  /** Uids that this very resource has in the state. */
  readonly own?: readonly string[];
  /** The state says that it must not be deleted, and no newer one of the same resource says otherwise. */
  readonly isProtected?: boolean;
  /** Another resource of the program stands for the same backend. */
  readonly isHeld?: boolean;
  /** A check of an action that is going to run. */
  readonly asks?: boolean;
  /** The record of an action on a backend that stays whatever a destroy does, and that the program does not declare. */
  readonly isGuarded?: boolean;
  /** The inputs of an action. */
  readonly inputs?: Values;
  /** Replaced already: what is deleted is the older of two. */
  readonly isPendingDeletion?: boolean;
  /** How many mutations it may send. */
  readonly steps?: number;
}

/** How it ended. */
export interface Answer {
  /** The id of what was made, also half-way. */
  readonly id?: string | undefined;
  readonly outputs?: unknown;
  readonly error?: Error | undefined;
  readonly killed?: KilledProcess | undefined;
}

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

/** What must hold of every single call, seen from the cloud's side. */
export class Invariants {
  /** Backends whose create nobody could write down: the process was killed, or the answer and the list were lost. */
  readonly unrecorded = new Set<string>();
  /** Every backend that a resource of the stack has made. */
  readonly made = new Set<string>();
  /** Taken over: what the list does not tell of these, nobody can compare. */
  readonly adopted = new Set<string>();
  /** Left to itself on the user's word (retainOnDelete). */
  readonly released = new Set<string>();

  /** The inputs with which each action ran last. */
  private readonly ran = new Map<string, Values>();

  constructor(
    private readonly local: LocalCloud,
    private readonly secrets: Secrets,
    private readonly tally: Tally,
  ) {}

  /** Watches one call; the result judges how it ended. */
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
      const isLate = requests.some(({ fault }) => fault === "lag");
      const doubled = present.filter(
        (old) => !isLate && call.own?.includes(old.uid) !== true && this.isNamesake(old, made),
      );
      check(doubled.length === 0, "a backend that is there is never doubled");
      check(count(requests, "createDeployment", mayHaveActed) <= 2, "createDeployment is sent again once at most");
      check(
        call.step !== "check" || requests.every(({ operation }) => call.asks === true && lookUps.includes(operation)),
        "a check makes no call but the look-ups that say what an action is about to do",
      );
      check(call.step !== "diff" || requests.length === 0, "diff makes no call");
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
    check(made.length <= (creates ? 1 : 0), "one create makes one backend");
    check(
      removed.every((uid) => deletes && uid === call.id),
      "nothing is deleted that was not asked for",
    );
    check(removed.length === 0 || call.isProtected !== true, "what is protected is not deleted");
    check(removed.length === 0 || call.isHeld !== true, "what another resource of the program holds is not deleted");
    if (deletes && answer.error === undefined) this.tally.add("deleteDeployment asked");
    if (deletes) this.tally.add("deleteDeployment acted", removed.length);
    if (!creates) return;
    const [uid] = made;
    if (uid !== undefined) this.made.add(uid);
    if (answer.killed !== undefined) {
      if (uid !== undefined) this.lost(uid, "createDeployment acted unheard");
    } else if (answer.id === undefined) {
      // The one way out without a uid: the answer and the list were lost, and the next run lookUps before it creates.
      check(
        uid === undefined || answer.error?.message.includes("may or may not exist") === true,
        "a known uid is kept",
      );
      if (uid !== undefined) this.lost(uid, "createDeployment acted unfound");
    } else {
      this.unrecorded.delete(answer.id);
      const adopted = made.length === 0;
      check(adopted || uid === answer.id, "the uid in the state is the one that was made");
      check(
        !adopted || call.adopts?.existing === true || call.adopts?.uid === answer.id,
        "nothing is taken over by guess",
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
      check(count(requests, operation, mayHaveActed) <= allowed, `${operation} is sent as often as it was asked for`);
      if (answer.killed !== undefined) {
        this.tally.add(`${operation} acted unheard`, acted);
        continue;
      }
      const ended = answer.error === undefined && call.step === "create";
      if (ended && operation === own)
        check(acted === (call.resumes === true ? 0 : allowed), `${operation} acted once, and is said to have`);
      if (answer.id === undefined && call.step === "create")
        check(acted === 0, `${operation} acted, and is in the state`);
      this.tally.add(`${operation} acted`, acted);
    }
  }

  /** An action runs anew only when a target, a selection or a trigger is another one. */
  private checkRepetition(call: Call, { id, error, killed }: Answer, check: Check): void {
    if (call.kind !== "restoreRequest" && call.kind !== "dataDrop") return;
    if (call.step === "delete")
      check(call.isGuarded !== true || error !== undefined, "a record that guards data stays");
    if (call.step === "delete" && call.isPendingDeletion !== true && error === undefined) this.ran.delete(call.name);
    if (call.step !== "create" || call.inputs === undefined) return;
    const [before, now] = [this.ran.get(call.name), call.inputs];
    check(runs(before ?? {}, now), "an action runs anew only when it was asked for");
    if (id === undefined || killed !== undefined) return;
    this.ran.set(call.name, now);
    if (call.resumes !== true) this.tally.add(`${wipeOperations[call.kind]} asked`, call.steps);
  }

  private checkState(call: Call, { outputs, error }: Answer, check: Check): void {
    if (outputs !== undefined) {
      check(isDeepStrictEqual(JSON.parse(JSON.stringify(outputs)), outputs), "a state is plain values");
      const text = (outputs as { __provider?: unknown }).__provider;
      check(text === delegate(call.kind), "a state carries the text that loads the provider");
      check(!this.secrets.leakIn(call.kind, outputs), "a secret is in the state where it has no place");
    }
    check(error === undefined || !this.secrets.isIn(error.message), "a secret is in a message");
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

/** What the sender cannot tell from a request that was carried out. */
function mayHaveActed({ acted, status, fault }: JournalEntry): boolean {
  return acted || status === 0 || status >= 500 || fault === "body" || fault === "cut-off";
}

function describe({ id, error, killed }: Answer): string {
  return `id ${id ?? "none"}, ${killed === undefined ? "" : `${killed} killed, `}${error?.message ?? "well"}`;
}
