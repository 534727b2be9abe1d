import { expect } from "chai";
import { type LocalCloud, startLocalCloud } from "dgraphcloud-local";
import { type Made, post, type Reply, setSchema } from "../local/calls";
import { refused, type Served, served, taken, unserved } from "./alike";
import { ready, startDgraphCloud } from "./cloud";

const engines = ["memory", "dgraph"] as const;
type Kind = (typeof engines)[number];

/** The engine in memory is worth something as long as it answers what a Dgraph would. */
describe("the engine in memory and a real Dgraph", function () {
  this.timeout(240_000);
  const clouds: LocalCloud[] = [];
  const backends = {} as Record<Kind, Made>;

  before(async () => {
    const [memory, dgraph] = await Promise.all([startLocalCloud({ provisioningMs: 0 }), startDgraphCloud()]);
    clouds.push(memory, dgraph);
    [backends.memory, backends.dgraph] = await Promise.all([ready(memory), ready(dgraph)]);
  });
  after(() => Promise.all(clouds.map((cloud) => cloud.close())));

  const drop = async (backend: Made, what: string): Promise<unknown> => {
    const document = `mutation { dropData(${what}) { response { code message } } }`;
    return (await post(backend.slash, document, {}, backend.auth)).data;
  };
  const use = async (kind: Kind, schema: string): Promise<void> => {
    const backend = backends[kind];
    await drop(backend, "allDataAndSchema: true");
    const { errors } = await setSchema(backend, schema);
    expect(errors, kind).to.equal(undefined);
    if (kind === "dgraph") await takenUp(backend, schema);
  };
  const ask = async (kind: Kind, { schema, asked }: Served): Promise<unknown[]> => {
    await use(kind, schema);
    const uids: string[] = [];
    const answers: unknown[] = [];
    for (const step of asked) {
      if (typeof step !== "string") {
        answers.push([step.drop, await drop(backends[kind], step.drop)]);
        continue;
      }
      const document = step.replace(/\$(\d+)/g, (_, number: string) => uids[Number(number) - 1] ?? "0x0");
      const { data, errors } = await post(backends[kind].graphql, document, {}, backends[kind].auth);
      for (const [, uid = ""] of JSON.stringify(data ?? null).matchAll(/"(0x[0-9a-f]+)"/g))
        if (!uids.includes(uid)) uids.push(uid);
      answers.push([step, comparable(data, uids), errors === undefined ? "well" : "with errors"]);
    }
    return answers;
  };

  for (const one of served)
    it(`answer alike: ${one.title}`, async () => {
      const [memory, dgraph] = await Promise.all(engines.map((kind) => ask(kind, one)));
      for (const [index, answer] of (dgraph ?? []).entries()) expect(memory?.[index]).to.deep.equal(answer);
    });

  it("refuse the same schemas, and keep the one before", async () => {
    for (const kind of engines) {
      await use(kind, "type Kept { x: Int }");
      for (const schema of refused) {
        const { errors } = await setSchema(backends[kind], schema);
        expect(errors?.[0]?.message, `${kind}: ${schema}`).to.contain("resolving updateGQLSchema failed because ");
      }
      const { text } = await post(backends[kind].admin, "{ getGQLSchema { schema } }", {}, backends[kind].auth);
      expect(text, kind).to.contain("type Kept");
    }
  });

  it("take the same schemas, and give the same API for them", async () => {
    for (const schema of [...taken, ...served.map((one) => one.schema)]) {
      await Promise.all(engines.map((kind) => use(kind, schema)));
      const [memory, dgraph] = await Promise.all(engines.map((kind) => apiOf(backends[kind])));
      for (const [name, fields] of Object.entries(memory ?? {}))
        expect(fields, `${name}: ${schema}`).to.deep.equal(dgraph?.[name]);
      const missing = Object.keys(dgraph ?? {}).filter((name) => memory?.[name] === undefined);
      expect(
        missing.filter((name) => !ofDgraphAlone.test(name)),
        schema,
      ).to.deep.equal([]);
    }
  });

  it("are told apart for what only Dgraph serves: in memory one message names it, and the way on", async () => {
    for (const [schema, words] of unserved) {
      const { errors } = await setSchema(backends.memory, schema);
      expect(errors?.[0]?.message, schema).to.contain(`does not support ${words}`).and.to.contain("--engine dgraph");
      expect(errors?.[0]?.message).not.to.contain("hidden");
    }
  });
});

/** Dgraph takes a schema up a moment after it has answered. */
async function takenUp(backend: Made, schema: string): Promise<void> {
  const [, type = ""] = /\btype (\w+)/.exec(schema) ?? [];
  const asked = `{ __type(name: "${type}") { name } getGQLSchema: __typename }`;
  for (let tries = 0; tries < 100; tries++) {
    const { data, errors }: Reply = await post(backend.graphql, asked, {}, backend.auth);
    if (errors === undefined && (data as unknown as { __type: unknown } | null)?.__type != null) return;
    await new Promise((later) => setTimeout(later, 50));
  }
  throw new Error(`Dgraph does not serve ${type}`);
}

/** Uids by the order in which they came up; lists of values, whose order Dgraph does not keep, sorted. */
function comparable(data: unknown, uids: readonly string[]): unknown {
  if (Array.isArray(data)) {
    const values = data.map((one) => comparable(one, uids));
    return values.every((value) => typeof value !== "object") ? [...values].sort() : values;
  }
  if (typeof data === "string" && uids.includes(data)) return `uid ${uids.indexOf(data) + 1}`;
  if (typeof data !== "object" || data === null) return data ?? null;
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, comparable(value, uids)]));
}

/** What Dgraph declares for every schema and nothing of a served one refers to. */
const ofDgraphAlone =
  /^(__|_|(ID|Int|Float|String|Boolean|Int64|DateTime)$|Point|Polygon|MultiPolygon|.*Geo|Near|Within|Contains|Intersects|AuthRule|Custom|DgraphDefault|DgraphIndex|Generate|HTTPMethod|Mode$|String\w+Filter|Subscription)/;

interface Shape {
  readonly name: string;
  readonly fields: readonly { readonly name: string; readonly args: readonly Typed[]; readonly type: unknown }[] | null;
  readonly inputFields: readonly Typed[] | null;
  readonly enumValues: readonly { readonly name: string }[] | null;
}
interface Typed {
  readonly name: string;
  readonly type: unknown;
}

async function apiOf(backend: Made): Promise<Record<string, unknown>> {
  const type = "type { name kind ofType { name kind ofType { name kind ofType { name kind } } } }";
  const query = `{ __schema { types { name fields { name args { name ${type} } ${type} } inputFields { name ${type} } enumValues { name } } } }`;
  const { data } = await post(backend.graphql, query, {}, backend.auth);
  const { types } = (data as unknown as { __schema: { types: readonly Shape[] } }).__schema;
  const typed = (all: readonly Typed[] | null): string[] =>
    (all ?? []).map((one) => `${one.name}: ${JSON.stringify(one.type)}`).sort();
  return Object.fromEntries(
    types
      .filter(({ name }) => !name.startsWith("__"))
      .map(({ name, fields, inputFields, enumValues }) => [
        name,
        {
          fields: (fields ?? [])
            .map((field) => `${field.name}(${typed(field.args).join()}): ${JSON.stringify(field.type)}`)
            .sort(),
          inputs: typed(inputFields),
          values: (enumValues ?? []).map((value) => value.name).sort(),
        },
      ]),
  );
}
