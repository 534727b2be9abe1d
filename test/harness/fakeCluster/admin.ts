import {
  execute,
  type ExecutionResult,
  type FieldNode,
  GraphQLError,
  type GraphQLResolveInfo,
  Kind,
  type OperationDefinitionNode,
  parse,
  validate,
} from "graphql";
import { type AccessControl, type Caller, guardiansOnly, superadminOnly, type Wording } from "./accessControl";
import { adminSchema } from "./adminSchema";
import { type Database, isStore, isUnfinished, notEnough, type StoredBackup } from "./database";
import { Refusal } from "./refusal";
import { wantedBy } from "./storedSchema";

/** What the admin operations read and change. */
export interface Alpha {
  /** Why it refuses every document of /admin at this moment. */
  readonly notNow: string | undefined;
  readonly id: string;
  readonly ongoing: readonly string[];
  readonly database: Database;
  readonly accessControl: AccessControl | undefined;
  update(namespace: number, text: string): void;
  lateTextOf(namespace: number): string | undefined;
  isReadable(location: string, given: Readonly<Record<string, unknown>>): boolean;
}

/** The body of a request to /admin. */
export interface AdminBody {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** The root field of a document; "unreadable" when it has none. */
export function operationOf(query: string): string {
  try {
    const [definition] = parse(query).definitions;
    const [field] = definition?.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet.selections : [];
    return field?.kind === Kind.FIELD ? field.name.value : "unreadable";
  } catch {
    return "unreadable";
  }
}

interface Asked {
  readonly accessToken: string | undefined;
  readonly refusals: string[];
  readonly selects: (field: string) => boolean;
}

/** Operations for the superadmin. */
const superadminOperations = ["backup", "restore", "listBackups", "resetPassword"];
/** Getters whose refusals begin with "Error: ". */
const getters = ["state", "health"];
const openOperations = ["login", "task"];

type Arguments = Readonly<Record<string, unknown>>;
type Resolver = (input: Arguments, caller: Caller, selects: (field: string) => boolean) => unknown;

/** What stands beside the errors of a refused operation. */
const empty: Readonly<Record<string, unknown>> = { listBackups: [], health: [] };

/** Answers documents of /admin as one Alpha does. A refusal is HTTP 200 with `errors`. */
export class Admin {
  constructor(private readonly cluster: Alpha) {}

  async answer({ query, variables = {} }: AdminBody, accessToken: string | undefined): Promise<object> {
    let document;
    try {
      document = parse(query);
    } catch (error) {
      return refused((error as GraphQLError).message);
    }
    const problems = validate(adminSchema, document);
    if (problems.length > 0) return { errors: problems.map(({ message, locations }) => ({ message, locations })) };
    const { notNow } = this.cluster;
    if (notNow !== undefined) return refused(`failed to lazy-load GraphQL schema: ${notNow}`);
    this.cluster.database.hasForgotten = false;
    const refusals: string[] = [];
    const operation = document.definitions.find(
      (one): one is OperationDefinitionNode => one.kind === Kind.OPERATION_DEFINITION,
    );
    const asked = (operation?.selectionSet.selections ?? []).flatMap((one) =>
      one.kind === Kind.FIELD ? one.name.value : [],
    );
    const rootValue = Object.fromEntries(
      asked.map((name) => [
        name,
        (input: Arguments, _: unknown, { fieldNodes }: GraphQLResolveInfo) =>
          this.resolved(name, input, { accessToken, refusals, selects: (field) => selects(fieldNodes, field) }),
      ]),
    );
    const result: ExecutionResult = await execute({
      schema: adminSchema,
      document,
      rootValue,
      variableValues: variables,
    });
    const messages = [...refusals, ...(result.errors ?? []).map(({ message }) => message)];
    const data = { ...result.data };
    return messages.length === 0 ? { data } : { errors: messages.map((message) => ({ message })), data };
  }

  private resolved(name: string, input: Arguments, { accessToken, refusals, selects }: Asked): unknown {
    try {
      const resolve = this.resolvers[name];
      if (resolve === undefined) throw new GraphQLError(`the fake cluster has no ${name}`);
      return resolve((input["input"] ?? input) as Arguments, this.callerOf(name, accessToken), selects);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refusals.push(`${beginningOf(name)} failed because ${error.message}`);
      return error.data ?? empty[name] ?? null;
    }
  }

  private callerOf(name: string, accessToken: string | undefined): Caller {
    const { accessControl, database } = this.cluster;
    if (accessControl === undefined || openOperations.includes(name)) return { namespace: 0 };
    const isSuperadmins = superadminOperations.includes(name);
    const caller = accessControl.caller(database.users, accessToken, wordingOf(name));
    if (isSuperadmins) superadminOnly(caller);
    else guardiansOnly(caller, getters.includes(name) ? "Error: " : "");
    return caller;
  }

  private readonly resolvers: Readonly<Record<string, Resolver>> = {
    getGQLSchema: (_, { namespace }) => {
      const text = this.cluster.lateTextOf(namespace);
      return text === undefined ? null : { id: "0x1", schema: text, generatedSchema: generated(text) };
    },
    updateGQLSchema: (input, { namespace }) => {
      const { schema } = input["set"] as { schema: string };
      this.cluster.update(namespace, schema);
      return { gqlSchema: { id: "0x1", schema, generatedSchema: generated(schema) } };
    },
    state: () => {
      const { database, id } = this.cluster;
      const predicates = [...database.namespaces].flatMap(([number, { stored }]) =>
        [...stored.predicates.keys()].map((predicate) => ({ groupId: 1, predicate: `${number}-${predicate}` })),
      );
      const member = { id: 1, groupId: 1, addr: "127.0.0.1:7080", leader: true, amDead: null };
      const groups = [{ id: 1, members: [member], tablets: predicates }];
      return { counter: 1, cid: id, namespaces: [...database.namespaces.keys()], groups };
    },
    health: () => [
      { instance: "zero", address: "127.0.0.1:5080", status: "healthy", version: "v25.4.0", ongoing: [] },
      {
        instance: "alpha",
        address: "127.0.0.1:7080",
        status: "healthy",
        version: "v25.4.0",
        ongoing: this.cluster.ongoing,
      },
    ],
    login: (input) => {
      const { accessControl, database } = this.cluster;
      database.refuseWhileRestoring();
      if (accessControl === undefined) throw new Refusal("ACL is not enabled");
      return { response: accessControl.logIn(database.users, input) };
    },
    resetPassword: (input) => {
      const { userId, password, namespace } = input as { userId: string; password: string; namespace: number };
      const { database } = this.cluster;
      database.refuseWhileRestoring();
      const user = database.user(userId, namespace);
      if (user === undefined) throw new Refusal(`Failed to reset password, user ${userId} not found`);
      user.password = password;
      return { userId, message: "Reset password is successful", namespace };
    },
    updateUser: (input, { namespace }) => {
      const { filter, set } = input as { filter: { name?: { eq?: string } }; set?: { password?: string } };
      const { database } = this.cluster;
      database.refuseWhileRestoring();
      const found = database.users.filter((one) => one.name === filter.name?.eq && one.namespace === namespace);
      for (const user of found) user.password = set?.password ?? user.password;
      return { user: found.map(({ name }) => ({ name })) };
    },
    backup: (input) => {
      const { destination, forceFull = false } = input as { destination: string; forceFull?: boolean };
      if (!this.cluster.isReadable(destination, input)) throw new Refusal("task failed");
      const task = this.cluster.database.beginBackup(destination, forceFull);
      return { response: { code: "Success", message: `Backup queued with ID ${task.id}` }, taskId: task.id };
    },
    task: (input) => {
      const id = input["id"] as string;
      const { database } = this.cluster;
      database.settle();
      const task = database.tasks.get(id);
      if (task === undefined) throw new Refusal("the Alpha that served that task is not available");
      if (isUnfinished(task)) task.status = "Running";
      const since = isUnfinished(task) ? task.startedAt : task.endsAt;
      return { kind: "Backup", status: task.status, lastUpdated: new Date(since).toISOString() };
    },
    listBackups: (input, _, selects) => {
      const { location, fullManifest } = input as { location: string; fullManifest?: boolean };
      const { database } = this.cluster;
      database.settle();
      const backups = database.folders.get(location);
      if (isStore(location)) {
        // An object store has no errors, and its summary lacks the newest backup.
        const readable = this.cluster.isReadable(location, input) ? (backups ?? []) : [];
        const isComplete = fullManifest === true || selects("groups");
        return (isComplete ? readable : readable.slice(0, -1)).map(manifestOf);
      }
      if (backups !== undefined) return backups.map(manifestOf);
      throw new Refusal(
        `Error: cannot read manifests at location ${location}: getManifestWithoutUpgrade: The uri path: "${location}" doesn't exists`,
      );
    },
    restore: (input) => {
      const { location, backupId, backupNum, encryptionKeyFile } = input as {
        location: string;
        backupId?: string;
        backupNum?: number;
        encryptionKeyFile?: string;
      };
      if (!this.cluster.isReadable(location, input)) throw notEnough(backupNum);
      this.cluster.database.beginRestore(location, backupId, backupNum, encryptionKeyFile);
      return { code: "Success", message: "Restore operation started." };
    },
  };
}

/** How a refusal begins. Dgraph carries out the operations on users as queries of its own. */
function beginningOf(name: string): string {
  return name === "updateUser" ? `mutation ${name} failed because Dgraph execution` : `resolving ${name}`;
}

function wordingOf(name: string): Wording {
  if (superadminOperations.includes(name)) return "superadmin";
  if (getters.includes(name)) return "getter";
  return name === "updateUser" ? "data" : "admin";
}

function manifestOf({ backupId, backupNum, type, path, keyFile, content }: StoredBackup): object {
  const predicates = [...content.namespaces].flatMap(([number, { stored }]) =>
    [...stored.predicates.keys(), "dgraph.type"].map((name) => `${number}-${name}`),
  );
  const groups = [{ groupId: 1, predicates }];
  return { backupId, backupNum, type, path, encrypted: keyFile === undefined ? null : true, since: null, groups };
}

/** A stand-in for the whole API that Dgraph makes of a text. */
function generated(text: string): string {
  if (text === "") return "";
  const queries = [...wantedBy(text).types.keys()].map((type) => `query${type}: [${type}]`);
  return `${text}\n\ntype Query { ${queries.join(" ")} }\n`;
}

function selects(nodes: readonly FieldNode[], field: string): boolean {
  return nodes.some(({ selectionSet }) =>
    selectionSet?.selections.some((one) => one.kind === Kind.FIELD && one.name.value === field),
  );
}

function refused(message: string): object {
  return { errors: [{ message }] };
}
