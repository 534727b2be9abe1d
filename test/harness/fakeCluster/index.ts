import { randomBytes, randomUUID } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { type Fault, Faults, Journal } from "dgraphcloud-local";
import { AccessControl, type Caller, superadminOnly } from "./accessControl";
import { Admin, type AdminBody, type Alpha, operationOf } from "./admin";
import { Database, isStore, type StoredBackup, type User, wellKnownPassword } from "./database";
import { asksSchema, countBlocks, deletionIn } from "./dql";
import { type Answer, send, suffer } from "./faults";
import { draining, notReady, Refusal } from "./refusal";

export type { BackupTask, StoredBackup } from "./database";

export interface FakeClusterOptions {
  /** Milliseconds since the Unix epoch. Default: the real time. */
  readonly now?: () => number;
  /** How long a restore takes. Default: 0. */
  readonly restoreMs?: number;
  /** How long a backup takes. Default: 0. */
  readonly backupMs?: number;
  /** Switches access control on. `groot` has this password in namespace 0. */
  readonly groot?: string;
  /** How long access tokens and refresh tokens are valid. Default: 6 hours and 30 days, as Dgraph's. */
  readonly accessMs?: number;
  readonly refreshMs?: number;
  /** The token of `--security token=`. */
  readonly authToken?: string;
  /** The path below which a gateway serves the cluster, as "/dgraph". */
  readonly prefix?: string;
  /** Headers without which the gateway answers HTTP 403. */
  readonly gatewayHeaders?: Readonly<Record<string, string>>;
}

/** The credentials of an object store. */
export interface StoreCredentials {
  readonly accessKey: string;
  readonly secretKey: string;
}

interface Received {
  readonly request: http.IncomingMessage;
  readonly path: string;
  readonly body: string;
}

const hour = 3_600_000;

/**
 * An open Dgraph of one Zero and one Alpha, as far as the provider uses it, on a loopback port of this process. A test sets and reads its
 * state, injects faults, and asks the journal what was requested and what acted. `test/cluster/fakeParity.test.ts` compares it with a real Dgraph.
 *
 * The operations of the journal and of the faults are the root fields of /admin, and `alter`, `query`, `mutate`, `graphql`, `ready` (OPTIONS /graphql),
 * `health` and `live` (GET /health?live).
 */
export class FakeCluster implements Alpha {
  readonly journal = new Journal();
  readonly faults = new Faults();
  readonly database: Database;
  readonly accessControl: AccessControl | undefined;
  /** What Zero has made up when the cluster began. Another value stands for another cluster at the same address. */
  id: string = randomUUID();
  /** Whether Alpha has started. Until then it refuses everything. */
  isReady = true;
  /** The credentials that object stores ask for. */
  store: StoreCredentials | undefined;
  private readonly admin = new Admin(this);
  private readonly server: http.Server;
  private readonly connections = new WeakMap<object, number>();
  private connected = 0;
  /** The fault of the update or the look that is carried out at this moment. */
  private fault: Fault | undefined;
  private isClosed = false;
  private readonly now: () => number;

  private constructor(private readonly options: FakeClusterOptions) {
    const { now = Date.now, restoreMs = 0, backupMs = 0, groot, accessMs = 6 * hour, refreshMs = 720 * hour } = options;
    this.now = now;
    this.database = new Database(now, { restoreMs, backupMs });
    if (groot !== undefined) {
      this.accessControl = new AccessControl(now, { accessMs, refreshMs }, randomBytes(16).toString("hex"));
      this.user("groot").password = groot;
    }
    this.server = http.createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => void this.handle(request, response, Buffer.concat(chunks).toString("utf8")));
      // A connection that the client closes is no failure of the test.
      request.on("error", () => undefined);
    });
  }

  static async start(options: FakeClusterOptions = {}): Promise<FakeCluster> {
    const cluster = new FakeCluster(options);
    await new Promise<void>((resolve) => cluster.server.listen(0, "127.0.0.1", resolve));
    return cluster;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.faults.clear();
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** The address for clusterUrl. */
  get url(): string {
    return `http://127.0.0.1:${this.port}${this.options.prefix ?? ""}`;
  }

  /** The name of the cluster for `confirm`. */
  get host(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** The GraphQL schema of a namespace; undefined when it was never set. */
  text(namespace = 0): string | undefined {
    return this.database.textOf(namespace);
  }

  /** Sets a GraphQL schema as another client does. */
  setText(text: string, namespace = 0): void {
    this.database.namespace(namespace).update(text, this.now());
    this.database.wrote();
  }

  /** Adds nodes of one type, with values of the predicates. */
  addNodes(
    count: number,
    type: string,
    predicates: readonly string[],
    { values, namespace = 0 }: { values?: Readonly<Record<string, readonly string[]>>; namespace?: number } = {},
  ): void {
    this.database.namespace(namespace).nodes.add(count, [type], predicates, values);
    this.database.wrote();
  }

  /** How many nodes have a type. */
  nodesOf(type: string, namespace = 0): number {
    return this.database.namespace(namespace).nodes.count(({ types }) => types.has(type));
  }

  /** How many nodes have a predicate. */
  nodesWith(predicate: string, namespace = 0): number {
    return this.database.namespace(namespace).nodes.count(({ predicates }) => predicates.has(predicate));
  }

  /** The backups of a folder, the oldest first. */
  backups(folder: string): readonly StoredBackup[] {
    this.database.settle();
    return this.database.folders.get(folder) ?? [];
  }

  /** Takes a backup as another client does, and returns it. */
  takeBackup(folder: string, isFull = true): StoredBackup {
    const { database } = this;
    const task = database.beginBackup(folder, isFull);
    database.finishBackups();
    return task.backup;
  }

  /** Begins a restore as another client does. */
  startRestore(folder: string, { backupId, backupNum }: { backupId: string; backupNum: number }): void {
    this.database.beginRestore(folder, backupId, backupNum);
  }

  /** A user of access control. */
  user(name: string, namespace = 0): User {
    const user = this.database.user(name, namespace);
    if (user === undefined) throw new Error(`there is no user ${name} in namespace ${namespace}`);
    return user;
  }

  addUser(user: User): void {
    this.database.users.push(user);
  }

  /** Adds a namespace, with a superuser of its own. */
  addNamespace(id: number, password: string): void {
    this.database.namespace(id);
    this.addUser({ name: "groot", namespace: id, isGuardian: true, password });
  }

  /** Whether everybody can log in as the superuser, or will be able to once Dgraph has made it. */
  get isOpen(): boolean {
    const groot = this.database.user("groot", 0);
    return this.accessControl !== undefined && (groot === undefined || groot.password === wellKnownPassword);
  }

  /** Everything that must never be shown or stored in clear. */
  get secrets(): string[] {
    const { authToken, gatewayHeaders = {} } = this.options;
    const passwords = this.database.users.map(({ password }) => password).filter((one) => one !== wellKnownPassword);
    const { accessKey, secretKey } = this.store ?? {};
    const all = [authToken, ...Object.values(gatewayHeaders), ...passwords, accessKey, secretKey];
    return [...all.filter((one) => one !== undefined), ...(this.accessControl?.issued ?? [])];
  }

  /** What Alpha does at this moment. */
  get ongoing(): string[] {
    const { database } = this;
    return [
      ...(database.isRestoring ? ["opRestore"] : []),
      ...(database.isBackingUp ? ["opBackup"] : []),
      ...(database.indexing.length > 0 ? ["opIndexing"] : []),
    ];
  }

  /** Replaces a GraphQL schema for a request. An injected fault can make the update half-applied. */
  update(namespace: number, text: string): void {
    const { database, fault } = this;
    const injected =
      fault?.kind === "half-applied"
        ? { message: fault.message ?? "Schema change not allowed", applied: fault.applied ?? [] }
        : undefined;
    // Dgraph reads the text before it looks whether it may save it.
    const target = database.namespace(namespace);
    target.check(text);
    database.refuseWhileRestoring();
    if (database.indexing.length > 0) throw new Refusal("errIndexingInProgress. Please retry");
    database.wrote();
    target.update(text, this.now(), injected);
  }

  /** The GraphQL schema that a request is shown. An injected lag gives the text from before an update. */
  lateTextOf(namespace: number): string | undefined {
    const { before } = this.database.namespace(namespace);
    this.database.settle();
    const isLate = this.fault?.kind === "lag" && this.now() - before.at < this.fault.ms;
    return isLate ? before.text : this.text(namespace);
  }

  /** Whether the credentials are those of the object store. */
  isReadable(location: string, given: Partial<Record<keyof StoreCredentials, unknown>>): boolean {
    if (!isStore(location) || this.store === undefined) return true;
    return given.accessKey === this.store.accessKey && given.secretKey === this.store.secretKey;
  }

  /** Why Alpha refuses every document of /admin. In a restore it does so if it has not read its text since the restore before. */
  get notNow(): string | undefined {
    if (!this.isReady) return notReady;
    return this.database.isRestoring && this.database.hasForgotten ? draining : undefined;
  }

  private async handle(request: http.IncomingMessage, response: http.ServerResponse, body: string): Promise<void> {
    const { prefix = "", gatewayHeaders = {} } = this.options;
    const isServed = (request.url ?? "").startsWith(prefix);
    const path = (request.url ?? "").slice(prefix.length);
    const received = { request, path, body };
    const operation = isServed ? nameOf(received) : "unknown";
    const struck = this.faults.strike({ operation });
    const entry = this.journal.record({
      time: this.now(),
      plane: "data",
      operation,
      connection: this.connectionOf(request),
      ...(struck !== undefined && { fault: struck.fault.kind }),
    });
    const isLetThrough = Object.entries(gatewayHeaders).every(
      ([name, value]) => request.headers[name.toLowerCase()] === value,
    );
    const act = async (): Promise<Answer> => {
      if (this.isClosed) throw new Error("the fake cluster is closed");
      if (!isServed) return { status: 404, body: "404 page not found\n" };
      if (!isLetThrough) return { status: 403, body: "<html>forbidden by the gateway</html>" };
      this.database.settle();
      // A request is carried out before the first wait of its answer.
      this.fault = struck?.fault;
      const answering = this.answer(received);
      this.fault = undefined;
      const answer = await answering;
      this.journal.conclude(entry, actedIn(answer));
      return answer;
    };
    try {
      if (struck === undefined) send(response, await act());
      else await suffer(request, response, struck, act);
    } catch (error) {
      // A mistake in the fake or in its use: the test sees an answer that Dgraph never gives.
      send(response, { status: 500, body: `the fake cluster failed: ${String(error)}` });
    }
    entry.status = response.headersSent ? response.statusCode : 0;
    this.journal.changed();
  }

  private answer(received: Received): Promise<Answer> | Answer {
    const { request, path } = received;
    const { pathname } = new URL(path, "http://cluster");
    const isPost = request.method === "POST";
    if (pathname === "/health") return this.health(path.includes("live"));
    if (pathname === "/graphql")
      return request.method === "OPTIONS" ? { status: 200, body: "" } : this.graphql(received);
    if (pathname === "/admin" && isPost) return this.answerAdmin(received);
    if (pathname === "/alter" && isPost) return this.refusable(() => this.alter(received), { code: "Error" });
    if (pathname === "/query" && isPost) return this.refusable(() => this.query(received));
    if (pathname === "/mutate" && isPost) return this.refusable(() => this.mutate(received));
    return { status: 404, body: "404 page not found\n" };
  }

  private health(isLive: boolean): Answer {
    if (!this.isReady) return { status: isLive ? 200 : 503, body: isLive ? [this.alpha] : notReady };
    if (!isLive && this.database.isRestoring) return { status: 503, body: draining };
    return { status: 200, body: [this.alpha] };
  }

  private get alpha(): object {
    const { indexing } = this.database;
    return {
      instance: "alpha",
      address: "127.0.0.1:7080",
      status: "healthy",
      group: "1",
      version: "v25.4.0",
      uptime: 11,
      lastEcho: Math.floor(this.now() / 1_000),
      ongoing: this.ongoing,
      ...(indexing.length > 0 && { indexing }),
      ee_features: ["backup_restore", "cdc"],
      max_assigned: 2,
    };
  }

  private graphql({ body }: Received): Answer {
    const text = this.text();
    if (text !== undefined && text !== "") {
      const asked = [...(adminBody(body)?.query ?? "").matchAll(/(\w+): aggregate(\w+) \{ count \}/g)];
      const counts = asked.map(([, name = "", type = ""]) => [name, { count: this.nodesOf(type) }] as const);
      return { status: 200, body: { data: counts.length > 0 ? Object.fromEntries(counts) : { __typename: "Query" } } };
    }
    const message =
      "Not resolving __typename. There's no GraphQL schema in Dgraph. Use the /admin API to add a GraphQL schema";
    return { status: 200, body: { errors: [{ message }] } };
  }

  private async answerAdmin({ request, body }: Received): Promise<Answer> {
    const { authToken } = this.options;
    if (authToken !== undefined && header(request, "x-dgraph-authtoken") !== authToken)
      return refusal("Invalid X-Dgraph-AuthToken", { code: "ErrorUnauthorized" });
    const parsed = adminBody(body);
    if (parsed === undefined) return refusal("Not a valid GraphQL request body");
    return { status: 200, body: await this.admin.answer(parsed, header(request, "x-dgraph-accesstoken")) };
  }

  private alter({ request, body }: Received): object {
    const { authToken } = this.options;
    const given = header(request, "x-dgraph-authtoken");
    if (authToken !== undefined && given === undefined)
      throw new Refusal("No Auth Token found. Token needed for Admin operations.");
    if (authToken !== undefined && given !== authToken)
      throw new Refusal(`Provided auth token [${given ?? ""}] does not match. Permission denied.`);
    const { database } = this;
    this.refuseUnready();
    const caller = this.callerOf(request);
    const asked = JSON.parse(body) as { drop_all?: true; drop_op?: string; drop_value?: string; drop_attr?: string };
    const { namespace: id, user } = caller;
    const namespace = database.namespace(id);
    if (asked.drop_all === true) {
      superadminOnly(caller, "Drop all can only be called by the guardian of the galaxy. ");
      database.dropEverything();
    } else if (asked.drop_op === "DATA") {
      if (user?.isGuardian === false)
        throw new Refusal(`only guardians are allowed to drop all data, but the current user is ${user.name}`);
      database.dropData(id);
    } else if (asked.drop_attr !== undefined) {
      if (user?.isGuardian === false)
        throw new Refusal(
          `rpc error: code = PermissionDenied desc = unauthorized to alter following predicates: ${asked.drop_attr} \n`,
        );
      namespace.dropPredicate(asked.drop_attr);
      database.wrote();
    } else if (asked.drop_op === "TYPE" && asked.drop_value !== undefined) {
      namespace.dropType(asked.drop_value);
      database.wrote();
    } else throw new Refusal("Operation must have at least one field set");
    return { data: { code: "Success", message: "Done" } };
  }

  private query({ request, body }: Received): object {
    this.refuseUnready();
    const { namespace: id, user } = this.callerOf(request);
    const { stored, nodes } = this.database.namespace(id);
    const mayRead = (predicate: string): boolean =>
      user === undefined || user.isGuardian || user.reads?.includes(predicate) === true;
    const document = documentIn(request, body);
    if (asksSchema(document)) {
      const schema = [...stored.predicates.values(), ...ownPredicates].filter(({ predicate }) => mayRead(predicate));
      const types = [...stored.types].map(([name, predicates]) => ({
        name,
        fields: predicates.filter(mayRead).map((field) => ({ name: field })),
      }));
      return { data: { ...(schema.length > 0 && { schema: schema.sort(byPredicate) }), types } };
    }
    // A block whose predicates may not be read is missing.
    const blocks = countBlocks(document).filter(({ predicates }) => predicates.every(mayRead));
    return {
      data: Object.fromEntries(blocks.map(({ name, condition }) => [name, [{ count: nodes.count(condition) }]])),
    };
  }

  private mutate({ request, body }: Received): object {
    this.refuseUnready();
    const { namespace: id } = this.callerOf(request);
    const { stored, nodes } = this.database.namespace(id);
    const { type, most, counted } = deletionIn(body, isJson(request));
    const deleted = nodes.deleteOfType(type, most, (name) => stored.types.get(name) ?? []);
    if (deleted > 0) this.database.wrote();
    const queries = counted === undefined ? {} : { [counted]: [{ count: deleted }] };
    return { data: { code: "Success", message: "Done", queries, uids: {} } };
  }

  private callerOf(request: http.IncomingMessage): Caller {
    if (this.accessControl === undefined) return { namespace: 0 };
    return this.accessControl.caller(this.database.users, header(request, "x-dgraph-accesstoken"), "data");
  }

  private refuseUnready(): void {
    if (!this.isReady) throw new Refusal(notReady);
    this.database.refuseWhileRestoring();
  }

  private refusable(answer: () => object, extensions: object = { code: "ErrorInvalidRequest" }): Answer {
    try {
      return { status: 200, body: answer() };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return refusal(error.message, extensions);
    }
  }

  private connectionOf({ socket }: http.IncomingMessage): number {
    const known = this.connections.get(socket);
    if (known !== undefined) return known;
    this.connected += 1;
    this.connections.set(socket, this.connected);
    return this.connected;
  }
}

/** Predicates that every Dgraph has. */
const ownPredicates = [
  { predicate: "dgraph.drop.op", type: "string" },
  { predicate: "dgraph.graphql.p_query", type: "string", index: true, tokenizer: ["sha256"] },
  { predicate: "dgraph.graphql.schema", type: "string" },
  { predicate: "dgraph.graphql.xid", type: "string", index: true, tokenizer: ["exact"], upsert: true },
  { predicate: "dgraph.namespace.id", type: "int", index: true, tokenizer: ["int"], upsert: true, unique: true },
  { predicate: "dgraph.namespace.name", type: "string", index: true, tokenizer: ["exact"], upsert: true, unique: true },
  { predicate: "dgraph.type", type: "string", index: true, tokenizer: ["exact"], list: true },
];

function byPredicate(one: { readonly predicate: string }, other: { readonly predicate: string }): number {
  return one.predicate < other.predicate ? -1 : 1;
}

/** What the journal and the faults call a request. */
function nameOf({ request, path, body }: Received): string {
  const { pathname, search } = new URL(path, "http://cluster");
  if (pathname === "/admin") return operationOf(adminBody(body)?.query ?? "");
  if (pathname === "/graphql") return request.method === "OPTIONS" ? "ready" : "graphql";
  if (pathname === "/health") return search === "?live" ? "live" : "health";
  return pathname.slice(1);
}

function adminBody(body: string): AdminBody | undefined {
  try {
    const parsed = JSON.parse(body) as Partial<AdminBody> | null;
    return typeof parsed?.query === "string" ? (parsed as AdminBody) : undefined;
  } catch {
    return undefined;
  }
}

function documentIn(request: http.IncomingMessage, body: string): string {
  return isJson(request) ? (adminBody(body)?.query ?? "") : body;
}

function isJson(request: http.IncomingMessage): boolean {
  return header(request, "content-type")?.startsWith("application/json") === true;
}

function header({ headers }: http.IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value : undefined;
}

function refusal(message: string, extensions?: object): Answer {
  return { status: 200, body: { errors: [{ message, ...(extensions !== undefined && { extensions }) }], data: null } };
}

/** Whether an answer reports success. A half-applied update counts as one that did not act. */
function actedIn({ status, body }: Answer): boolean {
  return status === 200 && (body as { errors?: unknown } | null)?.errors === undefined;
}
