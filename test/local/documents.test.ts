import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { getIntrospectionQuery } from "graphql";
import { type LocalCloud, startLocalCloud } from "../../local/index";
import { add, countOf, make, type Made, post, session, setSchema } from "./calls";

const times = (count: number, text: string): string => text.repeat(count);
const list = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join(" ");
const chain = (count: number): string =>
  `{ ...f0 } ${list(count, (at) => `fragment f${at} on Query { ...f${at + 1} }`)} fragment f${count} on Query { __typename }`;
/** Fragments that each spread the next one twice ("billion laughs"). */
const laughs = (count: number): string =>
  `{ ...f0 } ${list(count, (at) => `fragment f${at} on Query { ...f${at + 1} ...f${at + 1} }`)} fragment f${count} on Query { __typename }`;
const reversed = (document: string): string =>
  document
    .split(/(?=fragment )/)
    .reverse()
    .join(" ");
const schemaLaughs = `{ __schema { types { ...T0 } } } ${list(
  2,
  (at) => `fragment T${at} on __Type { ${list(50, (field) => `a${field}: fields { type { ...T${at + 1} } }`)} }`,
)} fragment T2 on __Type { name }`;

/** Documents that would overflow the stack, or exhaust memory or time, and the message that refuses each. */
const hostile: readonly (readonly [what: string, document: string, message: RegExp])[] = [
  ["nested selections", `${times(2_000, "{ a ")}${times(2_000, "}")}`, /nested more than 200/],
  ["unclosed selections", times(100_000, "{ a "), /nested more than 200/],
  ["nested inline fragments", `{ ${times(2_000, "... { ")} __typename ${times(2_001, "}")}`, /nested more than 200/],
  ["nested lists", `{ a(b: ${times(20_000, "[")}1${times(20_000, "]")}) }`, /nested more than 200/],
  ["nested objects", `{ a(b: ${times(20_000, "{ c: ")}1${times(20_000, "}")}) }`, /nested more than 200/],
  ["a nested list type", `query($a: ${times(20_000, "[")}Int${times(20_000, "]")}) { a }`, /nested more than 200/],
  ["a chain of fragments", chain(15_000), /nested more than 200/],
  ["a chain of fragments in reverse order", reversed(chain(15_000)), /nested more than 200/],
  ["fragments that double", laughs(100), /too large/],
  ["fragments that double, in reverse order", reversed(laughs(100)), /too large/],
  ["fragments in a cycle", "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }", /Cannot spread/],
  ["introspection that multiplies", schemaLaughs, /too large/],
  ["one field 100,000 times", `{ ${times(100_000, "__typename ")} }`, /too large/],
  ["one field with many long arguments", `{ ${times(500, `a(b: [${times(200, "1 ")}]) `)} }`, /too large/],
  ["many fragments of one name", `${times(3_000, "fragment f on Query { a } ")} { a }`, /too large/],
  ["too many names", times(300_000, "a "), /more than 200000 tokens/],
  ["a too long argument", `{ a(b: [${times(300_000, "1 ")}]) }`, /more than 200000 tokens/],
];

describe("hostile documents", () => {
  let local: LocalCloud;
  let auth: Record<string, string>;
  let backend: Made;

  before(async () => {
    local = await startLocalCloud({ provisioningMs: 0 });
    auth = await session(local);
    backend = await make(local, auth);
    await setSchema(backend, "type A { x: Int when: DateTime }");
  });
  after(() => local.close());

  for (const [what, document, message] of hostile)
    it(`are answered with an error on every plane, and the cloud goes on working: ${what}`, async function () {
      this.timeout(30_000);
      const planes = [
        [local.endpoint, auth],
        [backend.slash, backend.auth],
        [backend.admin, backend.auth],
        [backend.graphql, backend.auth],
      ] as const;
      for (const [url, headers] of planes) {
        const { status, text, data, errors } = await post(url, document, {}, headers);
        expect(status, url).to.equal(200);
        expect(data ?? null, url).to.equal(null);
        expect(errors?.[0]?.message, text.slice(0, 200)).to.match(message);
      }
      expect((await post(local.endpoint, "{ deployments { uid } }", {}, auth)).text).to.contain(backend.uid);
    });

  it("leaves room for what programs send: the introspection query, and a bulk insert with literal values", async () => {
    for (const [url, headers] of [
      [local.endpoint, auth],
      [backend.slash, backend.auth],
      [backend.graphql, backend.auth],
    ] as const) {
      const { errors, data } = await post(url, getIntrospectionQuery(), {}, headers);
      expect(errors).to.equal(undefined);
      expect(data).to.have.nested.property("__schema.queryType.name", "Query");
    }
    const records = list(10_000, (x) => `{ x: ${x}, when: "2026-11-23" }`);
    const written = await post(backend.graphql, `mutation { addA(input: [${records}]) { numUids } }`, {}, backend.auth);
    expect(written.data).to.deep.equal({ addA: { numUids: 10_000 } });
    const many = list(500, (x) => `a${x}: addA(input: [{ x: ${x} }]) { numUids }`);
    expect((await post(backend.graphql, `mutation { ${many} }`, {}, backend.auth)).errors).to.equal(undefined);
    expect(await countOf(backend, "A")).to.equal(10_500);
  });

  it("cannot carry a mutation to a read-only backend, even if the document cannot be parsed", async () => {
    const { deployment } = local.cloud.get(backend.uid);
    const before = await countOf(backend, "A");
    deployment.deploymentMode = "readonly";
    try {
      const mutation = "addA(input: [{ x: 1 }]) { numUids }";
      for (const document of [
        `mutation { ${mutation} } fragment f on Query ${times(300, "{ a ")}${times(300, "}")}`,
        `mutation { ${mutation} } query q { queryA { x } }`,
        `subscription { queryA { x } }`,
      ]) {
        const { data } = await post(backend.graphql, document, {}, backend.auth);
        expect(data ?? null, document.slice(0, 80)).to.equal(null);
      }
      const other = await fetch(backend.graphql, {
        method: "POST",
        headers: { "content-type": "application/json", ...backend.auth },
        body: JSON.stringify({ query: `query q { queryA { x } } mutation m { ${mutation} }`, operationName: "n" }),
      });
      expect(other.status).to.equal(403);
      expect(await countOf(backend, "A")).to.equal(before);
    } finally {
      deployment.deploymentMode = "graphql";
    }
  });
});

describe("deeply nested values", () => {
  let data: string;
  let local: LocalCloud;

  beforeEach(async () => {
    data = mkdtempSync(join(tmpdir(), "dgraphcloud-deep-"));
    local = await startLocalCloud({ provisioningMs: 0, data });
  });
  afterEach(async () => {
    await local.close();
    rmSync(data, { recursive: true });
  });

  it("are refused before they are stored, and later changes are saved", async () => {
    const auth = await session(local);
    const backend = await make(local, auth);
    await setSchema(backend, "type A { when: String }");
    const query = "mutation($i: [AddAInput!]!) { addA(input: $i) { numUids } }";
    const sent = async (when: string): Promise<number> => {
      const body = `{"query": ${JSON.stringify(query)}, "variables": {"i": [{"when": ${when}}]}}`;
      const headers = { "content-type": "application/json", connection: "close", ...backend.auth };
      return (await fetch(backend.graphql, { method: "POST", headers, body })).status;
    };
    expect(await sent(`${times(20_000, "[")}1${times(20_000, "]")}`)).to.equal(400);
    expect(await sent(`${times(20_000, '{"a":')}1${times(20_000, "}")}`)).to.equal(400);
    expect(await sent(times(4_000_000, "[")), "unclosed").to.equal(400);
    expect(await sent(JSON.stringify(`"${times(20_000, "[")}\\`)), "inside a string").to.equal(200);
    expect(await sent(`"${times(3_000_000, '\\"')}"`), "in a long string").to.equal(200);
    expect((await add(backend, "A", [{ when: "later" }])).errors).to.equal(undefined);
    expect(readFileSync(join(data, "cloud.json"), "utf8")).to.contain('"later"');
  });
});
