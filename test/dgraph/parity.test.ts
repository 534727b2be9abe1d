import { expect } from "chai";
import { type LocalCloud, startLocalCloud } from "dgraphcloud-local";
import { type Made, post, type Reply, setSchema } from "../local/calls";
import { accepted, refused, supported, type SupportedCase, unsupported } from "./parity";
import { ready, startDgraphCloud } from "./cloud";

const engines = ["memory", "dgraph"] as const;
type Kind = (typeof engines)[number];

/** The engine in memory is useful only as long as it answers as Dgraph does. */
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
    if (kind === "dgraph") await schemaInUse(backend, schema);
  };
  const ask = async (kind: Kind, { schema, steps }: SupportedCase): Promise<unknown[]> => {
    await use(kind, schema);
    const uids: string[] = [];
    const answers: unknown[] = [];
    for (const step of steps) {
      if (typeof step !== "string") {
        answers.push([step.drop, await drop(backends[kind], step.drop)]);
        continue;
      }
      const document = step.replace(/\$(\d+)/g, (_, number: string) => uids[Number(number) - 1] ?? "0x0");
      const { data, errors } = await post(backends[kind].graphql, document, {}, backends[kind].auth);
      for (const [, uid = ""] of JSON.stringify(data ?? null).matchAll(/"(0x[0-9a-f]+)"/g))
        if (!uids.includes(uid)) uids.push(uid);
      answers.push([step, comparable(data, uids), errors === undefined ? "without errors" : "with errors"]);
    }
    return answers;
  };

  for (const one of supported)
    it(`give the same answers: ${one.title}`, async () => {
      const [memory, dgraph] = await Promise.all(engines.map((kind) => ask(kind, one)));
      for (const [index, answer] of (dgraph ?? []).entries()) expect(memory?.[index]).to.deep.equal(answer);
    });

  it("refuse the same schemas, and keep the previous one", async () => {
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

  it("accept the same schemas, and generate the same API from them", async () => {
    for (const schema of [...accepted, ...supported.map((one) => one.schema)]) {
      await Promise.all(engines.map((kind) => use(kind, schema)));
      const [memory, dgraph] = await Promise.all(engines.map((kind) => apiOf(backends[kind])));
      for (const [name, fields] of Object.entries(memory ?? {}))
        expect(fields, `${name}: ${schema}`).to.deep.equal(dgraph?.[name]);
      const missing = Object.keys(dgraph ?? {}).filter((name) => memory?.[name] === undefined);
      expect(
        missing.filter((name) => !unusedTypes.test(name)),
        schema,
      ).to.deep.equal([]);
    }
  });

  it("differ in features that only Dgraph supports: the engine in memory names them, and the remedy", async () => {
    for (const [schema, feature] of unsupported) {
      const { errors } = await setSchema(backends.memory, schema);
      expect(errors?.[0]?.message, schema).to.contain(`does not support ${feature}`).and.to.contain("--engine dgraph");
      expect(errors?.[0]?.message).not.to.contain("hidden");
    }
  });
});

/** Waits until Dgraph uses a schema, which takes a moment after its answer. */
async function schemaInUse(backend: Made, schema: string): Promise<void> {
  const [, type = ""] = /\btype (\w+)/.exec(schema) ?? [];
  const query = `{ __type(name: "${type}") { name } getGQLSchema: __typename }`;
  for (let tries = 0; tries < 100; tries++) {
    const { data, errors }: Reply = await post(backend.graphql, query, {}, backend.auth);
    if (errors === undefined && (data as unknown as { __type: unknown } | null)?.__type != null) return;
    await new Promise((later) => setTimeout(later, 50));
  }
  throw new Error(`Dgraph does not use the schema with ${type}`);
}

/**
 * Replaces uids by the order of their first appearance. Sorts lists of values, whose order Dgraph does not keep, and lists of a union's
 * members: they cannot be ordered by a query, and come in the order of the uids, which Dgraph gives to the nodes of one mutation at random.
 */
function comparable(data: unknown, uids: readonly string[]): unknown {
  if (Array.isArray(data)) {
    const values = data.map((one) => comparable(one, uids));
    const hasOrder = values.some((value) => typeof value === "object" && !isMember(value));
    return hasOrder ? values : values.sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
  }
  if (typeof data === "string" && uids.includes(data)) return `uid ${uids.indexOf(data) + 1}`;
  if (typeof data !== "object" || data === null) return data ?? null;
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, comparable(value, uids)]));
}

/** Whether a value is a member of a union: the cases ask for its type. */
function isMember(value: unknown): boolean {
  return typeof value === "object" && value !== null && "__typename" in value;
}

/** The types that Dgraph declares for every schema, and that a supported schema does not refer to. */
const unusedTypes =
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
