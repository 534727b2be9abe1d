import { createHmac } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import type { LocalCloud } from "dgraphcloud-local";
import {
  gradeChanges,
  type Grade,
  predicateDrift,
  problemsOf,
  refusedByStorage,
  type SchemaChange,
  type StoredPredicate,
} from "../../provider/schema/grading";
import { type Made, post } from "../local/calls";
import { acceptedTexts, type GradingCase, gradingCases, refusedTexts } from "../unit/grading.cases";
import { engineOf, ready, startDgraphCloud } from "./cloud";

type Alpha = ReturnType<typeof engineOf>["alpha"];
interface Answer {
  readonly data: unknown;
  /** The messages of all errors, one line each; empty without errors. */
  readonly errors: string;
}

/** What a row showed on a real Dgraph. */
interface Seen {
  readonly row: GradingCase;
  readonly before: Answer;
  readonly after: Answer;
  readonly counts: ReadonlyMap<string, number>;
  /** What the predicates of before refuse. */
  readonly refusals: readonly SchemaChange[];
}

/** The grades are right only as long as Dgraph does what they say. */
describe("the grades of schema changes, on a real Dgraph", function () {
  this.timeout(240_000);
  let local: LocalCloud;
  let backend: Made;
  let alpha: Alpha;

  before(async () => {
    local = await startDgraphCloud();
    backend = await ready(local, { deploymentMode: "flexible" });
    alpha = engineOf(local, backend.uid).alpha;
  });
  after(() => local.close());

  /** Sends a schema, and waits until Dgraph uses it, which takes a moment after its answer. */
  const deploy = async (schema: string): Promise<void> => {
    await alpha.setSchema(schema);
    for (let tries = 0; (await alpha.schema()) !== schema; tries++) {
      if (tries > 200) throw new Error("Dgraph does not use the schema");
      await sleep(25);
    }
  };
  /** Sends the old schema after a refusal. Dgraph refuses it as long as it builds an index of the refused one. */
  const deployAgain = async (schema: string): Promise<void> => {
    for (let tries = 1; ; tries++) {
      try {
        await deploy(schema);
        return;
      } catch (error) {
        if (tries === 20 || !String(error).includes("errIndexingInProgress")) throw error;
        await sleep(500);
      }
    }
  };
  const ask = async (query: string, tokenKey?: string): Promise<Answer> => {
    const headers = tokenKey === undefined ? backend.auth : { ...backend.auth, "x-auth": adminToken(tokenKey) };
    const { data, errors = [] } = await post(backend.graphql, query, {}, headers);
    return { data, errors: errors.map(({ message }) => message).join("\n") };
  };
  const stored = async (): Promise<StoredPredicate[]> =>
    (await alpha.query<{ schema: StoredPredicate[] }>("schema {}")).schema;
  const count = async ({ path, stake }: SchemaChange): Promise<number> => {
    if (stake === undefined) throw new Error(`${path} has no stake`);
    const { q } = await alpha.query<{ q: { count: number }[] }>(`{ q(${stake.query}) { count(uid) } }`);
    return q[0]?.count ?? 0;
  };
  const countAll = async (changes: readonly SchemaChange[]): Promise<Map<string, number>> => {
    const counts = new Map<string, number>();
    for (const change of changes) if (change.stake !== undefined) counts.set(change.path, await count(change));
    return counts;
  };

  const checks: Readonly<Record<Grade, (change: SchemaChange, seen: Seen) => Promise<void> | void>> = {
    REFUSED: (change, { row, counts, refusals }) => {
      const isCertain = change.stake?.onlyWithData !== true || (counts.get(change.path) ?? 0) > 0;
      expect(row.refused !== undefined, "refused").to.equal(isCertain);
      expect(refusals.map(({ path }) => path)).to.include(change.path);
    },
    HIDES_DATA: async (change, { row, counts }) => {
      expect(counts.get(change.path), change.path).to.be.above(0);
      if (row.refused === undefined)
        expect(await count(change), "values afterwards").to.be.at.least(counts.get(change.path) ?? 0);
      expect(row.effect !== "same" || row.then !== undefined || row.refused !== undefined).to.equal(true);
    },
    READS_FAIL: async (change, { row, counts }) => {
      expect(counts.get(change.path), change.path).to.be.above(0);
      const [, type = "", field = ""] = /^(\w+)\.(\w+)$/.exec(change.path) ?? [];
      if (field === "" || row.effect !== "same") {
        expect(row.effect !== "same" || row.then !== undefined).to.equal(true);
        return;
      }
      const { errors } = await ask(`{ query${type} { ${field} } }`);
      expect(errors, change.path).to.contain("null");
    },
    SECURITY: () => undefined,
    REINDEX: async (change, { row, counts }) => {
      expect(counts.get(change.path), change.path).to.be.above(0);
      if (row.refused !== undefined) return;
      const [, indexed] = /has\((.+)\)/.exec(change.stake?.query ?? "") ?? [];
      const found = (await stored()).find(({ predicate }) => predicate === indexed);
      expect(found?.index === true || found?.reverse === true, `index of ${indexed}`).to.equal(true);
    },
    CLIENTS_BREAK: () => undefined,
    ADDITIVE: (_, { row, before, after }) => {
      const isHarmless = row.changes.every(([, grade]) => grade === "ADDITIVE");
      if (isHarmless) expect(after).to.deep.equal(before);
    },
  };

  for (const row of gradingCases.filter(({ onlyGraded }) => onlyGraded === undefined))
    it(`does what its grades say: ${row.title}`, async () => {
      expect(problemsOf(row.before)).to.deep.equal([]);
      expect(problemsOf(row.after)).to.deep.equal([]);
      await alpha.alter({ drop_all: true });
      await deploy(row.before);
      expect(predicateDrift(await stored(), row.before), "drift of the old schema").to.deep.equal([]);
      for (const mutation of row.data) expect((await ask(mutation)).errors).to.equal("");
      const changes = await gradeChanges(row.before, row.after);
      const counts = await countAll(changes);
      for (const [path, number] of Object.entries(row.counts ?? {})) expect(counts.get(path), path).to.equal(number);
      const refusals = refusedByStorage(await stored(), row.after);
      const before = await ask(row.query, row.tokenKey);
      expect(before.errors, "errors of the query before").to.equal("");

      if (row.refused === undefined) {
        await deploy(row.after);
        expect(predicateDrift(await stored(), row.after), "drift of the new schema").to.deep.equal([]);
      } else {
        const refusal = await alpha.setSchema(row.after).then(
          () => "accepted",
          (error: unknown) => String(error),
        );
        expect(refusal).to.contain(row.refused);
        expect(predicateDrift(await stored(), row.after), "drift after the refusal").to.not.deep.equal([]);
      }
      const after = await ask(row.query, row.tokenKey);
      if (row.effect === "same") expect(after).to.deep.equal(before);
      else if ("fails" in row.effect) expect(after.errors).to.match(/./).and.to.contain(row.effect.fails);
      else expect(after.data, after.errors).to.deep.equal(row.effect.gives);
      if (row.then !== undefined) {
        const answer = await ask(row.then.query);
        expect(answer.data, answer.errors).to.deep.equal(row.then.gives);
      }
      for (const change of changes) await checks[change.grade](change, { row, before, after, counts, refusals });
      if (row.refused === undefined) return;
      await deployAgain(row.before);
      expect(predicateDrift(await stored(), row.before), "drift after the return").to.deep.equal([]);
    });

  it("refuses each text in which a problem is found", async () => {
    await alpha.alter({ drop_all: true });
    for (const [text, , message] of refusedTexts) {
      const answer = await alpha.setSchema(text).then(
        () => "accepted",
        () => "refused",
      );
      expect(answer, message).to.equal("refused");
    }
  });

  it("accepts unusual texts in which none is found, and stores what the predicate map says", async () => {
    for (const text of acceptedTexts) {
      expect(problemsOf(text), text).to.deep.equal([]);
      await alpha.alter({ drop_all: true });
      await deploy(text);
      expect(predicateDrift(await stored(), text), text).to.deep.equal([]);
    }
  });
});

/** A token of the role ADMIN, for schemas with this key. */
function adminToken(key: string): string {
  const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const content = `${encoded({ alg: "HS256", typ: "JWT" })}.${encoded({ ns: { ROLE: "ADMIN" }, exp: 4_102_444_800 })}`;
  return `${content}.${createHmac("sha256", key).update(content).digest("base64url")}`;
}
