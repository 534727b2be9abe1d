import { expect } from "chai";
import { introspectionFromSchema, type IntrospectionQuery, isInputObjectType, isObjectType, printType } from "graphql";
import { buildClientSchema, getIntrospectionQuery } from "graphql/utilities";
import { adminSchema } from "../harness/fakeCluster/adminSchema";
import { AlphaClient } from "../harness/alphaClient";
import { waitUntil } from "../harness/clocks";
import { type Cluster, firstUser, startCluster } from "../harness/cluster";
import { FakeCluster } from "../harness/fakeCluster";

const lists = "type User { id: ID! name: String tags: [String] boss: User }";
const single = lists.replace("[String]", "String");
const objects = lists.replace("name: String", "name: User");
const more = lists.replace("boss", "mid: [String] boss");
const nodes = [
  { "dgraph.type": "User", "User.name": "Ann", "User.tags": "x" },
  { "dgraph.type": "User", "User.name": "Bob" },
];

/** Something that both clusters are asked for, and what it answered. */
type Story = readonly (readonly [asked: string, answered: unknown])[];

/** Asks one cluster, and records the answers without what differs from one cluster to the next. */
class Narrator {
  readonly story: [string, unknown][] = [];

  constructor(private client: AlphaClient) {}

  as(client: AlphaClient): void {
    this.client = client;
  }

  async ask(path: string, body?: unknown, type?: string): Promise<void> {
    const { status, text } = await this.client.ask(path, body, type);
    const asked = typeof body === "string" ? body : JSON.stringify(body ?? null);
    this.story.push([`${path} ${comparable(asked)}`, [status, comparableAnswer(text)]]);
  }

  admin(query: string): Promise<void> {
    return this.ask("/admin", { query });
  }

  update(schema: string): Promise<void> {
    const query =
      "mutation ($schema: String!) { updateGQLSchema(input: { set: { schema: $schema } }) { gqlSchema { schema } } }";
    return this.ask("/admin", { query, variables: { schema } });
  }

  dql(query: string): Promise<void> {
    return this.ask("/query", query, "application/dql");
  }

  mutate(upsert: string): Promise<void> {
    return this.ask("/mutate?commitNow=true", upsert, "application/rdf");
  }
}

function comparableAnswer(text: string): unknown {
  try {
    return withoutDetails(JSON.parse(text));
  } catch {
    return text.trim();
  }
}

/** Leaves out measurements, places in the document, and the predicates and types of Dgraph itself. */
function withoutDetails(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((one) => !isOwn(one)).map(withoutDetails);
  if (typeof value === "string") return comparable(value);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(
    ([name, one]) => !["extensions", "locations", "path", "uids"].includes(name) && one !== null,
  );
  return Object.fromEntries(kept.map(([name, one]) => [name, withoutDetails(one)]));
}

function isOwn(value: unknown): boolean {
  const { predicate = "", name = "" } = (value ?? {}) as { predicate?: string; name?: string };
  return /^(\d+-)?dgraph\./.test(predicate) || name.startsWith("dgraph.");
}

function comparable(text: string): string {
  return text
    .replace(/\/\S*\/backups/g, "FOLDER")
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "CID")
    .replace(/0x[0-9a-f]{5,}/g, "TASK")
    .replace(/\b[a-z]+_[a-z]+\d+\b/g, "SERIES")
    .replace(/^[\w-]+\.[\w-]+\.[\w-]{40,}$/, "TOKEN");
}

interface Subject {
  readonly client: AlphaClient;
  readonly folder: string;
  readonly addNodes: () => Promise<void>;
}

/** Waits until Alpha has nothing to do. */
async function idle(client: AlphaClient): Promise<void> {
  const isIdle = async (): Promise<boolean> =>
    ((await client.health()).ongoing ?? []).every((one) => one === "opRollup");
  await waitUntil(isIdle, { tries: 300, everyMs: 100 });
}

/** Waits until Alpha answers with the schema that it was sent: it answers with the one from before for a moment. */
async function isLive(client: AlphaClient, text: string): Promise<void> {
  const isAnswered = async (): Promise<boolean> => {
    const { getGQLSchema } = await client.admin<{ getGQLSchema?: { schema: string } }>("{ getGQLSchema { schema } }");
    return getGQLSchema?.schema === text;
  };
  await waitUntil(isAnswered, { tries: 50, everyMs: 100 });
}

async function latestSeries(client: AlphaClient, folder: string): Promise<string> {
  const { listBackups } = await client.admin<{ listBackups: readonly { backupId: string }[] }>(
    `{ listBackups(input: { location: "${folder}" }) { backupId } }`,
  );
  return listBackups.at(-1)?.backupId ?? "";
}

/** What one cluster answers to everything that the provider asks, without access control. */
async function tellAll({ client, folder, addNodes }: Subject): Promise<Story> {
  const told = new Narrator(client);
  const backup = (rest: string): Promise<void> =>
    told.admin(`mutation { backup(input: { destination: "${folder}"${rest} }) { response { code message } taskId } }`);
  const restore = (rest: string): Promise<void> =>
    told.admin(`mutation { restore(input: { location: "${folder}"${rest} }) { code message } }`);
  await told.admin("{ getGQLSchema { schema generatedSchema } }");
  await told.admin("{ state { cid namespaces groups { id members { id leader } } } }");
  await told.admin("{ health { instance status version } }");
  await told.ask("/graphql", { query: "{ __typename }" });
  for (const text of ["", "# only", "type User {", "type User { id: ID!\n name: Strin }", lists, lists])
    await told.update(text);
  await isLive(client, lists);
  await told.ask("/graphql", { query: "{ __typename }" });
  await told.admin("{ getGQLSchema { schema } }");
  await told.dql("schema {}");
  await addNodes();
  await told.dql(
    "{ a(func: has(User.name)) { count(uid) } b(func: type(User)) @filter(NOT has(User.tags)) { count(uid) } c(func: has(Nope.x)) { count(uid) } d(func: type(<User>)) @filter(has(User.tags) OR NOT (has(User.name))) { count(uid) } }",
  );
  // Refused with data; saved all the same, and healed by the old text.
  for (const text of [single, objects, lists, more, more.replace("mid: [String]", "mid: String"), more]) {
    await told.update(text);
    await isLive(client, text);
    await told.admin("{ getGQLSchema { schema } }");
    await told.dql("schema {}");
  }
  await backup("");
  await idle(client);
  await backup("");
  await told.admin('{ task(input: { id: "0x7777" }) { status } }');
  await told.admin(`{ listBackups(input: { location: "${folder}" }) { backupId backupNum type encrypted since } }`);
  await told.admin(`{ listBackups(input: { location: "${folder}/none" }) { backupId } }`);
  await restore(', backupId: "x", backupNum: 1');
  await told.mutate(
    "upsert { query { gone as var(func: type(<User>), first: 1) q(func: uid(gone)) { count(uid) } } mutation { delete { uid(gone) * * . } } }",
  );
  const deletion = { query: "{ gone as var(func: type(<User>), first: 10000) }", delete: [{ uid: "uid(gone)" }] };
  await told.ask("/mutate?commitNow=true", deletion);
  await told.dql("{ a(func: type(User)) { count(uid) } b(func: has(User.name)) { count(uid) } }");
  await backup("");
  await idle(client);
  await backup(", forceFull: true");
  await idle(client);
  await told.admin(`{ listBackups(input: { location: "${folder}" }) { backupId backupNum type } }`);
  for (const body of [{ drop_attr: "User.tags" }, { drop_op: "TYPE", drop_value: "User" }, {}])
    await told.ask("/alter", body);
  await told.dql("schema {}");
  // The values are gone for good now, so a list may become a single value.
  await told.update(more.replace("tags: [String]", "tags: String"));
  await told.ask("/alter", { drop_op: "DATA" });
  await told.admin("{ getGQLSchema { schema } }");
  await told.ask("/alter", { drop_all: true });
  await told.dql("schema {}");
  await told.admin("{ getGQLSchema { schema generatedSchema } }");
  const { listBackups } = await client.admin<{ listBackups: readonly { backupId: string }[] }>(
    `{ listBackups(input: { location: "${folder}" }) { backupId } }`,
  );
  const first = `, backupId: "${listBackups[0]?.backupId ?? ""}", backupNum: 1`;
  await restore(first);
  await restore(first);
  await told.update(lists);
  await told.ask("/health");
  await told.dql("schema {}");
  await told.ask("/alter", { drop_attr: "User.name" });
  await backup("");
  await told.admin("{ state { cid } }");
  await idle(client);
  await told.admin("{ getGQLSchema { schema } }");
  await told.dql("{ a(func: type(User)) { count(uid) } b(func: has(User.name)) { count(uid) } }");
  // A key for a backup that is not encrypted: the database is empty, and its text still in memory.
  await restore(`${first}, encryptionKeyFile: "/none"`);
  await told.admin("{ state { cid } }");
  await idle(client);
  await told.dql("schema {}");
  await told.admin("{ getGQLSchema { schema } }");
  await restore(`, backupId: "${await latestSeries(client, folder)}", backupNum: 9`);
  return told.story;
}

const logIn = (password: string, namespace: number): string =>
  `mutation { login(userId: "groot", password: "${password}", namespace: ${namespace}) { response { accessJWT refreshJWT } } }`;

const passwordOf = (password: string): string =>
  `mutation { updateUser(input: { filter: { name: { eq: "groot" } }, set: { password: "${password}" } }) { user { name } } }`;

/** What one cluster answers about access, with access control and a token for admin operations. */
async function tellAccess(client: AlphaClient, folder: string): Promise<Story> {
  const told = new Narrator(client);
  const everything = async (): Promise<void> => {
    await told.admin("{ getGQLSchema { schema } }");
    await told.admin("{ state { cid } }");
    await told.admin("{ health { status } }");
    await told.admin(`{ listBackups(input: { location: "${folder}" }) { backupId } }`);
    await told.admin(
      `mutation { restore(input: { location: "${folder}", backupId: "x", backupNum: 1 }) { code message } }`,
    );
    await told.admin(
      'mutation { resetPassword(input: { userId: "groot", password: "another-password", namespace: 0 }) { userId } }',
    );
    await told.admin(passwordOf("another-password"));
    await told.ask("/alter", { drop_attr: "Nope.x" });
    await told.dql("schema {}");
  };
  told.as(new AlphaClient(client.url));
  await everything();
  told.as(client.with({ "x-dgraph-authtoken": "another" }));
  await everything();
  told.as(client);
  await everything();
  for (const [password, namespace] of [
    ["wrong", 0],
    [firstUser.password, 7],
    [firstUser.password, 0],
  ] as const)
    await told.admin(logIn(password, namespace));
  told.as(client.with({ "x-dgraph-accesstoken": "garbage" }));
  await everything();
  const groot = await client.logIn(firstUser.user, firstUser.password);
  told.as(groot);
  await told.admin(
    'mutation { resetPassword(input: { userId: "groot", password: "another-password", namespace: 0 }) { userId message namespace } }',
  );
  await told.admin("{ state { cid namespaces } }");
  await told.admin(logIn(firstUser.password, 0));
  await told.admin(logIn("another-password", 0));
  await told.admin(passwordOf("another-password"));
  await told.ask("/alter", { drop_op: "DATA" });
  await told.admin(logIn("another-password", 0));
  // The token of before goes on, and sets the password again.
  await told.admin(passwordOf("third-password"));
  await told.admin(logIn("third-password", 0));
  await told.admin(logIn(firstUser.password, 0));
  return told.story;
}

describe("the fake cluster answers as a real Dgraph does", function () {
  this.timeout(300_000);
  const password = firstUser.password;
  let real: Cluster | undefined;
  let fake: FakeCluster | undefined;
  afterEach(async () => {
    await Promise.all([real?.close(), fake?.close()]);
    [real, fake] = [undefined, undefined];
  });

  it("to schemas, counts, deletions, backups, restores and drops", async () => {
    real = await startCluster();
    fake = await FakeCluster.start({ restoreMs: 1_000, backupMs: 200 });
    const { client } = real.alpha;
    const fakeClient = new AlphaClient(fake.url);
    const cluster = fake;
    const answers = await tellAll({ client, folder: real.makeFolder("backups"), addNodes: () => client.mutate(nodes) });
    const fakes = await tellAll({
      client: fakeClient,
      folder: "/srv/backups",
      addNodes: () => {
        for (const { "dgraph.type": type, ...values } of nodes) cluster.addNodes(1, type, Object.keys(values));
        return Promise.resolve();
      },
    });
    expectSame(fakes, answers);
    // The schema of the fake admin API is a part of the real one.
    const introspection = await client.admin<IntrospectionQuery>(getIntrospectionQuery({ descriptions: false }));
    const schema = buildClientSchema(introspection);
    const wanted = buildClientSchema(introspectionFromSchema(adminSchema));
    for (const type of Object.values(wanted.getTypeMap())) {
      if (type.name.startsWith("__")) continue;
      const found = schema.getType(type.name);
      expect(found?.constructor.name, type.name).to.equal(type.constructor.name);
      if (found === undefined || !(isObjectType(type) || isInputObjectType(type))) continue;
      const lines = printType(found).split("\n");
      for (const line of printType(type).split("\n")) expect(lines, type.name).to.include(line);
    }
  });

  it("to log-ins, tokens and refused operations", async () => {
    const securityToken = "token-of-alpha";
    real = await startCluster({ accessControl: {}, securityToken });
    fake = await FakeCluster.start({ groot: password, authToken: securityToken });
    const answers = await tellAccess(real.alpha.client, real.makeFolder("backups"));
    cleanUp(fake);
    const fakes = await tellAccess(new AlphaClient(fake.url, { "x-dgraph-authtoken": securityToken }), "/srv/backups");
    expectSame(fakes, answers);
  });
});

function expectSame(fakes: Story, answers: Story): void {
  for (const [index, answer] of answers.entries()) expect(fakes[index], answer[0]).to.deep.equal(answer);
  expect(fakes).to.have.length(answers.length);
}

/** The folder is there, and has no backup. */
function cleanUp(fake: FakeCluster): void {
  fake.database.folders.set("/srv/backups", []);
}
