import { expect } from "chai";
import { type LocalCloud, startLocalCloud } from "dgraphcloud-local";
import { pause } from "../harness/clocks";
import { type Made, post, type Reply, setSchema } from "../local/calls";
import { askDql, type DqlReply } from "../local/dql";
import { ready, startDgraphCloud } from "./cloud";
import { accepted, supported } from "./parity";
import { dqlData, dqlDocuments, dqlSchema, schemaChanges, type SchemaChangeCase } from "./schemaChanges";

const engines = ["memory", "dgraph"] as const;
type Kind = (typeof engines)[number];

describe("changes of a schema, in memory and on a real Dgraph", function () {
  this.timeout(240_000);
  const clouds: LocalCloud[] = [];
  const backends = {} as Record<Kind, Made>;

  before(async () => {
    const [memory, dgraph] = await Promise.all([startLocalCloud({ provisioningMs: 0 }), startDgraphCloud()]);
    clouds.push(memory, dgraph);
    const input = { deploymentMode: "flexible" };
    [backends.memory, backends.dgraph] = await Promise.all([ready(memory, input), ready(dgraph, input)]);
  });
  after(() => Promise.all(clouds.map((cloud) => cloud.close())));

  const drop = async ({ slash, auth }: Made): Promise<void> => {
    const { errors } = await post(
      slash,
      "mutation { dropData(allDataAndSchema: true) { response { code } } }",
      {},
      auth,
    );
    expect(errors).to.equal(undefined);
  };
  /** Sends a schema. Returns the error, and what the database has afterwards. */
  const send = async (kind: Kind, schema: string): Promise<object> => {
    const backend = backends[kind];
    const { errors } = await setSchema(backend, schema);
    if (kind === "dgraph") await inUse(backend, schema);
    return { error: errors?.map(({ message }) => message) ?? "none", dql: sorted(await askDql(backend, "schema {}")) };
  };
  const ask = async (kind: Kind, question: string): Promise<object> => {
    const { data, errors } = await post(backends[kind].graphql, question, {}, backends[kind].auth);
    return { question, data: data ?? "none", errors: (errors ?? []).map(({ message }) => wordsOf(message)) };
  };
  const run = async (kind: Kind, { before, data, after, questions }: SchemaChangeCase): Promise<object[]> => {
    await drop(backends[kind]);
    const found: object[] = [await send(kind, before)];
    for (const mutation of data) found.push(await ask(kind, mutation));
    found.push(await send(kind, after));
    for (const question of questions) found.push(await ask(kind, question));
    found.push(await send(kind, before));
    return found;
  };

  for (const one of schemaChanges)
    it(one.title, async () => {
      const [memory, dgraph] = await Promise.all(engines.map((kind) => run(kind, one)));
      expect(dgraph).to.have.length(one.data.length + one.questions.length + 3);
      for (const [index, found] of (dgraph ?? []).entries()) expect(memory?.[index]).to.deep.equal(found);
    });

  it("the predicates and types of unusual schemas", async () => {
    for (const schema of [...accepted, ...supported.map((one) => one.schema)]) {
      await Promise.all(engines.map((kind) => drop(backends[kind])));
      const [memory, dgraph] = await Promise.all(engines.map((kind) => send(kind, schema)));
      expect(dgraph).to.deep.include({ error: "none" });
      expect(memory, schema).to.deep.equal(dgraph);
    }
  });

  it("a real Dgraph cannot be made to half-apply a schema, or to answer an earlier one", async () => {
    const { faults } = clouds[1]!;
    faults.add({ operation: "updateGQLSchema", fault: { kind: "half-applied" } });
    faults.add({ operation: "getGQLSchema", fault: { kind: "lag", ms: 1_000 } });
    const update = await setSchema(backends.dgraph, "type NotSaved { x: Int }");
    const look = (): Promise<Reply> =>
      post(backends.dgraph.admin, "{ getGQLSchema { schema } }", {}, backends.dgraph.auth);
    for (const { status, text } of [update, await look()])
      expect([status, text]).to.satisfy(
        ([code, said]: [number, string]) => code === 501 && said.includes("engine memory"),
      );
    const { status, text } = await look();
    expect(status).to.equal(200);
    expect(text).not.to.contain("NotSaved");
  });

  it("DQL: predicates, types and counts", async () => {
    for (const kind of engines) {
      await drop(backends[kind]);
      await send(kind, dqlSchema);
      for (const mutation of dqlData) expect(await ask(kind, mutation)).to.deep.include({ errors: [] });
    }
    for (const document of dqlDocuments) {
      const [memory, dgraph] = await Promise.all(engines.map((kind) => askDql(backends[kind], document)));
      expect(sorted(memory!), document).to.deep.equal(sorted(dgraph!));
    }
  });
});

/** Waits until Dgraph serves a schema, which takes a moment after its answer. */
async function inUse(backend: Made, schema: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const { data } = await post(backend.admin, "{ getGQLSchema { schema } }", {}, backend.auth);
    if ((data as unknown as { getGQLSchema: { schema: string } }).getGQLSchema.schema === schema) return;
    await pause(50);
  }
  throw new Error(`Dgraph does not serve ${schema}`);
}

/** An error without what differs: uids, the mutation in which it occurred, and the words of GraphQL itself. */
function wordsOf(message: string): string {
  if (/^(Cannot query field|Field )/.test(message)) return "the document is not valid";
  return message.replace(/^mutation \w+ failed because /, "").replace(/0x[0-9a-f]+/g, "UID");
}

interface DqlData {
  readonly types?: readonly { readonly name: string; readonly fields: readonly { readonly name: string }[] }[];
}

/** The answer without the order of groups and of the fields of types, and without what Dgraph measured. */
function sorted({ status, data, errors }: DqlReply): object {
  const { types, ...others } = (data ?? {}) as DqlData;
  const ofTypes = types?.map(({ name, fields }) => ({ name, fields: fields.map((field) => field.name).sort() }));
  const ordered = Object.entries(others).map(([name, value]) => [name, groupsOf(value)] as const);
  // Go's protobuf package writes one or two spaces between fields, by chance of the build, so that nobody relies on its text.
  const messages = errors?.map((error) => ({ ...error, message: error.message.replace(/ {2,}/g, " ") }));
  return { status, data: data === null ? null : { ...Object.fromEntries(ordered), types: ofTypes }, errors: messages };
}

function groupsOf(answer: unknown): unknown {
  const [first] = answer as readonly { "@groupby"?: readonly object[] }[];
  if (first?.["@groupby"] === undefined) return answer;
  return first["@groupby"].map((group) => JSON.stringify(group)).sort();
}
