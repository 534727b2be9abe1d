import { expect } from "chai";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LocalCloud, startLocalCloud } from "../../local/index";
import { add, type Made, make, post, session, setSchema } from "./calls";

describe("the saved state of a local cloud", () => {
  let data: string;
  let local: LocalCloud;
  let auth: Record<string, string>;
  let backend: Made;
  let logged: string[];
  let now = 1_700_000_000_000;

  beforeEach(async () => {
    data = mkdtempSync(join(tmpdir(), "dgraphcloud-keeping-"));
    logged = [];
    const say = (line: string): unknown => logged.push(line);
    const times = { provisioningMs: 0, restoreMs: 1_000, backupEveryMs: 60_000, now: () => now };
    local = await startLocalCloud({ data, say, ...times });
    auth = await session(local);
    backend = await make(local, auth);
    await setSchema(backend, "type A { id: ID! x: Int y: Int }");
    await add(backend, "A", [{ x: 1, y: 1 }]);
  });
  afterEach(async () => {
    await local.close().catch(() => undefined);
    rmSync(data, { recursive: true, force: true });
  });

  const file = (): string => join(data, "cloud.json");
  /** Identifies the file: each save creates a new one. */
  const fileVersion = (): string => {
    const { ino, mtimeNs } = statSync(file(), { bigint: true });
    return `${ino} ${mtimeNs}`;
  };
  const saved = (): unknown => JSON.parse(readFileSync(file(), "utf8"));
  const actual = (): unknown => JSON.parse(JSON.stringify(local.cloud.save()));
  const ready = (): Promise<unknown> => fetch(backend.graphql, { method: "OPTIONS" });
  const control = (query: string): Promise<unknown> => post(local.endpoint, query, {}, auth);
  const onSlash = (query: string): Promise<unknown> => post(backend.slash, query, {}, backend.auth);
  const onData = (query: string): Promise<unknown> => post(backend.graphql, query, {}, backend.auth);

  it("is current after every request that changes something", async () => {
    const { uid } = backend;
    const acts: Readonly<Record<string, () => Promise<unknown>>> = {
      "drop a field": () => onSlash('mutation { dropData(fields: ["A.y"]) { response { code } } }'),
      create: () => make(local, auth, { name: "second" }),
      update: () => control(`mutation { updateDeployment(input: { uid: "${uid}", name: "new" }) }`),
      lambda: () =>
        control(`mutation { updateLambda(input: { deploymentID: "${uid}", tenantID: 0, lambdaScript: "YQ==" }) }`),
      organization: () => control('mutation { createOrganization(input: { name: "o" }) { uid } }'),
      add: () => add(backend, "A", [{ x: 2 }, { x: 3 }]),
      "add, then fail": () => onData("mutation { addA(input: [{ x: 4 }]) { numUids } deleteA { msg } }"),
      "two adds": () => onData("mutation { a: addA(input: []) { numUids } addA(input: [{ x: 5 }]) { numUids } }"),
      "delete a record": () => onData('mutation { deleteA(filter: { id: ["0x1"] }) { numUids } }'),
      backup: () =>
        fetch(local.endpoint.replace("/graphql", "/local/backups"), {
          method: "POST",
          headers: { "content-type": "application/json", ...auth },
          body: JSON.stringify({ uid }),
        }),
      "drop a type": () => onSlash('mutation { dropData(types: ["A"]) { response { code } } }'),
      "begin a restore": () => onSlash(`mutation { restore(uid: "${uid}") { response { restoreId } } }`),
      "the end of a restore": () => {
        now += 1_001;
        return ready();
      },
      "a due backup": () => {
        now += 60_000;
        return ready();
      },
      "a due backup, after a request without a token": () => {
        now += 60_000;
        return post(backend.graphql, "{ __typename }");
      },
      "drop all": () => onSlash("mutation { dropData(allDataAndSchema: true) { response { code } } }"),
      schema: () => setSchema(backend, "type B { x: Int }"),
      "a new token": () => {
        local.cloud.rotateToken(uid);
        return ready();
      },
      delete: () => control(`mutation { deleteDeployment(deploymentID: "${uid}") }`),
      "the end of all sessions": () => {
        local.cloud.expireSessions();
        return control("{ deployments { uid } }");
      },
    };
    for (const [what, act] of Object.entries(acts)) {
      const before = JSON.stringify(saved());
      await act();
      expect(saved(), what).to.deep.equal(actual());
      if (!what.startsWith("add, then")) expect(JSON.stringify(saved()), what).not.to.equal(before);
    }
  });

  it("is not written after a request that changes nothing", async () => {
    const before = fileVersion();
    await session(local);
    await control('{ login(email: "a", password: "b") { token } }');
    await post(local.endpoint, "{ __typename }");
    await post(local.endpoint, 'mutation { createDeployment(input: { name: "a", zone: "z" }) { uid } }');
    await control("{ deployments { uid } organizations { uid } }");
    await control('mutation { addOrganizationMember(input: { organizationUID: "0x1", email: "a" }) { uid } }');
    await ready();
    await onData("{ queryA { x } aggregateA { count } }");
    await onSlash("{ listBackups { response { folder } } }");
    await post(backend.graphql, "mutation { addA(input: [{ x: 1 }]) { numUids } }");
    expect(fileVersion()).to.equal(before);
  });

  it("is written as soon as that is possible again; until then the client gets 500, and the log line has the reason", async () => {
    const obstacle = join(data, "cloud.json.next");
    mkdirSync(obstacle);
    const { status, text } = await add(backend, "A", [{ x: 2 }]);
    expect([status, text.includes(data)], text).to.deep.equal([500, false]);
    expect(text).to.contain("carried out").and.to.contain("could not be saved");
    expect(logged.join()).to.contain("could not be written").and.to.contain(file());
    rmSync(obstacle, { recursive: true });
    await ready();
    expect(saved()).to.deep.equal(actual());
  });
});
