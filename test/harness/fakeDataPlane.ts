import type { Backup } from "../../provider/api/dataAnswers";
import type { ActionRefusal, BackupOrder, DataPlane, Running, Target } from "../../provider/api/dataPlane";
import type { Call } from "../../provider/api/retry";
import { ConflictError } from "../../provider/errors/errors";
import { GraphqlError } from "../../provider/errors/requestErrors";
import type { TestClock } from "./clocks";

export const clusterId = "3f2a6f0e-1111-4222-8333-444455556666";

/** What unit tests need of the data plane of a cluster: a database with counts, and backups that take a while. */
type Part = Pick<
  DataPlane,
  | "locate"
  | "namesOf"
  | "refusalOf"
  | "readiness"
  | "running"
  | "listBackups"
  | "backup"
  | "backupStatus"
  | "storedTypes"
  | "counts"
>;

/** A cluster without a network. A test changes its fields to script what happens. */
export class FakeDataPlane implements Part {
  id = clusterId;
  /** How long a backup takes. */
  takesMs = 5_000;
  /** How a backup ends. */
  ends: "succeeded" | "failed" = "succeeded";
  /** Called instead of an answer to `backup`, after it has begun. */
  lose: (() => never) | undefined;
  /** Called before a backup begins: throws a refusal. */
  refuse: (() => never) | undefined;
  /** Called before any other request: throws a failure of the connection. */
  fail: ((operation: string) => void) | undefined;
  /** Whether the folder of the backups exists. */
  hasFolder = true;
  /** Nodes by type and by predicate. A test changes them while a backup runs. */
  types: Record<string, number> = { User: 3 };
  predicates: Record<string, number | undefined> = { "User.name": 3, "User.age": 2 };
  /** Why the settings rule the action out. */
  ruledOut: ActionRefusal | undefined;
  /** The end of a backup that somebody else takes. */
  busyUntil = 0;

  /** The operations in their order. */
  readonly requests: string[] = [];
  /** The backups that were asked for. */
  readonly orders: BackupOrder[] = [];
  readonly listed: Backup[] = [];
  /** The time that each query may take. */
  readonly queryMs: number[] = [];
  private endsAt: number | undefined;

  constructor(private readonly clock: TestClock) {}

  locate(target: string | undefined): Promise<Target> {
    this.record("locate");
    if (target === undefined || target === this.id) return Promise.resolve({ id: this.id });
    throw new ConflictError({
      code: "DGC801",
      why: `another cluster answers, ${this.id}.`,
      next: "Correct clusterUrl.",
    });
  }

  namesOf(): Promise<readonly string[]> {
    this.record("namesOf");
    return Promise.resolve(["127.0.0.1:8080", this.id]);
  }

  refusalOf(): ActionRefusal | undefined {
    return this.ruledOut;
  }

  readiness(): Promise<{ status: number; retryAfterMs: undefined }> {
    this.record("readiness");
    return Promise.resolve({ status: 200, retryAfterMs: undefined });
  }

  running(): Promise<Running | undefined> {
    this.record("running");
    this.settle();
    const isBusy = this.endsAt !== undefined || this.clock.now() < this.busyUntil;
    return Promise.resolve(isBusy ? { what: "backup" } : undefined);
  }

  listBackups(): Promise<Backup[]> {
    this.record("listBackups");
    this.settle();
    if (this.hasFolder) return Promise.resolve([...this.listed]);
    throw refusal("listBackups", `The uri path: "/backups" doesn't exists`);
  }

  backup(_: string, order: BackupOrder): Promise<string> {
    this.record("backup");
    this.orders.push(order);
    this.refuse?.();
    this.endsAt = this.clock.now() + this.takesMs;
    this.lose?.();
    return Promise.resolve("0x17");
  }

  backupStatus(_: string, taskId: string): Promise<"running" | "succeeded" | "failed"> {
    this.record(`task ${taskId}`);
    this.settle();
    return Promise.resolve(this.endsAt === undefined ? this.ends : "running");
  }

  storedTypes(_: string, call: Call): ReturnType<DataPlane["storedTypes"]> {
    this.record("storedTypes");
    this.queryMs.push(call.deadline - this.clock.now());
    const types = Object.keys(this.types).map((name) => ({ name, predicates: [] }));
    const dgraphs = { name: "dgraph.graphql", predicates: [] };
    return Promise.resolve({
      predicates: [...Object.keys(this.predicates), "dgraph.type"],
      types: [...types, dgraphs],
    });
  }

  counts(_: string, heads: readonly string[]): Promise<(number | undefined)[]> {
    this.record("counts");
    const ofHead = (head: string): number | undefined => {
      const [, kind, name = ""] = /^func: (type|has)\(<?(.*?)>?\)$/.exec(head) ?? [];
      return kind === "type" ? this.types[name] : this.predicates[name];
    };
    return Promise.resolve(heads.map(ofHead));
  }

  /** Lists a backup that has ended by now. */
  private settle(): void {
    if (this.endsAt === undefined || this.clock.now() < this.endsAt) return;
    this.endsAt = undefined;
    if (this.ends === "succeeded") this.list(this.orders.at(-1)?.full === true ? "full" : "incremental");
  }

  /** Adds a backup to the list. */
  list(type: string): void {
    const backupNum = this.listed.length + 1;
    const timestamp = new Date(this.clock.now()).toISOString();
    this.hasFolder = true;
    this.listed.push({ series: "elegant_rubin4", backupNum, type, path: `dgraph.${timestamp}`, timestamp });
  }

  private record(operation: string): void {
    this.requests.push(operation);
    this.fail?.(operation);
  }
}

/** HTTP 200 with an error. */
export function refusal(operation: string, message: string): GraphqlError {
  return new GraphqlError({ operation, host: "127.0.0.1:8080" }, [message], null);
}
