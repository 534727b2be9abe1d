import { expect } from "chai";
import fc from "fast-check";
import { backend } from "../../provider/backend";
import { dataDrop } from "../../provider/dataDrop";
import { DgraphCloudError } from "../../provider/errors/errors";
import { asError } from "../../provider/host/failures";
import { restoreRequest } from "../../provider/restore/request";
import { answerJson, type Received, Service } from "../harness/httpService";
import { Account } from "./testAccount";
import { expectCleanLine, expectCleanMessage } from "./cleanText";

const uid = "0x42";

/** Valid answers of every operation. */
function goodAnswers(host: string): Readonly<Record<string, unknown>> {
  const deployment = {
    ...{ uid, name: "n", zone: "z", url: host, owner: "o", jwtToken: "jwt-of-the-backend" },
    ...{ deploymentMode: "graphql", deploymentType: "dedicated", lambdaScript: "" },
  };
  const backup = { type: "full", backupNum: 1, folder: "2021-15", timestamp: "2021-04-15T18:00:58+0000" };
  return {
    login: { token: "session-token" },
    deployments: [deployment],
    createDeployment: { uid: "0x43", name: "new", url: host, owner: "o", jwtToken: "jwt-of-the-new" },
    updateDeployment: "Successfully Updated the backend",
    deleteDeployment: "Successfully deleted the Deployment",
    updateLambda: "Successfully added the lambda function",
    restore: { errors: null, response: { code: "Success", message: "Restore operation started.", restoreId: 1 } },
    restoreStatus: { response: { status: "UNKNOWN", errors: [] } },
    listBackups: { response: [[backup]], errors: [] },
    dropData: { response: { code: "Success", message: "Done" } },
    export: { signedUrls: ["https://exports.example.com/a?signature=canary-signature"] },
  };
}

const mutations = ["createDeployment", "restore", "dropData"];

/** Operations of the provider, and the answers that each depends on. */
const works: readonly [what: string, operations: readonly string[], work: (account: Account) => Promise<unknown>][] = [
  ["a log-in and a list", ["login", "deployments"], (account) => account.account.control.deployments(account.within())],
  [
    "a create",
    ["deployments", "createDeployment"],
    async (account) => {
      const inputs = { name: "new", zone: "z", deploymentType: "dedicated", lambdaScript: "x" } as const;
      const operation = account.within();
      const made = await backend.create(account.context, operation, inputs);
      await backend.ready!(account.context, operation, made.id, made.state, inputs, () => undefined).catch(
        (error: unknown) => {
          if (!(error instanceof DgraphCloudError)) throw error;
        },
      );
      return made;
    },
  ],
  [
    "an update and a delete",
    ["updateDeployment", "updateLambda", "deleteDeployment"],
    async (account) => {
      await account.account.control.updateDeployment({ uid, name: "n" }, account.within());
      await account.account.control.updateLambda(uid, "x", account.within());
      await account.account.control.deleteDeployment(uid, account.within());
    },
  ],
  [
    "a restore",
    ["deployments", "restoreStatus", "listBackups", "restore"],
    (account) => restoreRequest.create(account.context, account.within(), { target: uid, source: uid }),
  ],
  [
    "a drop",
    ["deployments", "restoreStatus", "export", "dropData"],
    (account) => dataDrop.create(account.context, account.within(), { backend: uid, allData: true, exportFirst: true }),
  ],
];

/** Texts that break terminals, headers, protocols and prototypes. */
const nasty = fc.oneof(
  fc.constantFrom(
    "__proto__",
    "constructor",
    "prototype",
    "toString",
    "\u001b[2J\u001b]0;owned\u0007",
    "a\r\nb",
    "\ud800",
    "x\udfff",
  ),
  fc.constantFrom(
    "\u202egnp.exe",
    "\u0000",
    "../../..",
    '"}) { deleteDeployment }',
    "{{7*7}}",
    "9".repeat(400),
    "Infinity",
    "0x42",
  ),
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom("\ud83d", "\ude00", "\u001b", "[", "\n", "a", "\u200b") }),
  fc.nat(3).map((power) => "long ".repeat(10 ** (power + 2))),
);
const scalar = fc.oneof(
  nasty,
  fc.constantFrom(null, true, false, 0, -1, -0, 0.5, 1e308, -1e308, 2 ** 31, 2 ** 53, 1e21),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const key = fc.oneof(
  nasty,
  fc.constantFrom("uid", "name", "response", "errors", "message", "status", "data", "0", "length"),
);
const { anything } = fc.letrec((tie) => ({
  anything: fc.oneof(
    { depthSize: "small" },
    scalar,
    fc.array(tie("anything"), { maxLength: 4 }),
    fc.array(fc.tuple(key, tie("anything")), { maxLength: 4 }).map((pairs) => Object.fromEntries(pairs)),
  ),
}));

/** One mutation of one answer: another value at a path, beside it, or around it. */
interface Twist {
  readonly operation: number;
  readonly path: readonly number[];
  readonly how: "replace" | "remove" | "beside" | "deep";
  readonly key: string;
  readonly value: unknown;
  readonly errors: unknown;
  readonly status: number;
}

const twist: fc.Arbitrary<Twist> = fc.record({
  operation: fc.nat(10),
  path: fc.array(fc.nat(10), { maxLength: 5 }),
  how: fc.constantFrom("replace", "replace", "replace", "remove", "beside", "deep"),
  key,
  value: anything,
  errors: fc.option(anything, { nil: undefined, freq: 4 }),
  status: fc.constantFrom(200, 200, 200, 200, 200, 204, 302, 400, 401, 403, 404, 418, 429, 500, 599),
});

/** The mutated answer. */
function twisted(value: unknown, { path, how, key: name, value: other }: Twist, depth = 0): unknown {
  const at = path[depth];
  if (at === undefined || typeof value !== "object" || value === null) {
    if (how === "deep") return JSON.parse(`${"[".repeat(2_000)}${"]".repeat(2_000)}`);
    return how === "beside" && typeof value === "object" && value !== null ? with_(value, name, other) : other;
  }
  const names = Object.keys(value);
  const chosen = names[at % Math.max(1, names.length)];
  if (chosen === undefined) return other;
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...value }) as Record<string, unknown>;
  if (how === "remove" && depth === path.length - 1) Reflect.deleteProperty(copy, chosen);
  else copy[chosen] = twisted(copy[chosen], { path, how, key: name, value: other } as Twist, depth + 1);
  return copy;
}

function with_(value: object, name: string, other: unknown): unknown {
  return Array.isArray(value)
    ? [...(value as unknown[]), other]
    : Object.fromEntries([...Object.entries(value), [name, other]]);
}

function complains(payload: unknown): boolean {
  const { errors } = (payload ?? {}) as { readonly errors?: unknown };
  return Array.isArray(errors) && errors.length > 0;
}

/** The uid of a created backend, if the answer has a valid one. */
function uidIn(payload: unknown): string | undefined {
  const { uid: made } = (payload ?? {}) as { readonly uid?: unknown };
  return typeof made === "string" && /^[!-~]{1,128}$/.test(made) ? made : undefined;
}

describe("hostile answers", function () {
  this.timeout(240_000);

  let service: Service;
  let change: ((operation: string) => { body: unknown; status: number } | undefined) | undefined;
  let host: string;

  before(async () => {
    service = await Service.start(({ operation, method }: Received, response) => {
      if (method === "OPTIONS") {
        answerJson(response, {});
        return;
      }
      const { body, status } = change?.(operation) ?? {
        body: { data: { [operation]: goodAnswers(host)[operation] } },
        status: 200,
      };
      if (status === 204) response.writeHead(204).end();
      else answerJson(response, body, status);
    });
    host = service.endpoint.host;
  });
  after(() => service.stop());

  for (const [what, operations, work] of works) {
    it(`${what} succeeds with valid answers`, async () => {
      change = undefined;
      await work(new Account(service.endpoint, { email: "me@example.com", password: "canary-password" }));
    });

    it(`${what} fails with our own error in one clean line, repeats no mutation, and leaves prototypes intact`, async () => {
      await fc.assert(
        fc.asyncProperty(twist, async (one) => {
          const faulty = operations[one.operation % operations.length] ?? "";
          const answered = twisted(goodAnswers(host)[faulty], one);
          change = (operation) => {
            if (operation !== faulty) return undefined;
            const data = { [operation]: answered };
            return { body: one.errors === undefined ? { data } : { data, errors: one.errors }, status: one.status };
          };
          const first = service.requests.length;
          const account = new Account(service.endpoint, { email: "me@example.com", password: "canary-password" });
          let failure: unknown;
          const made = await work(account).catch((error: unknown) => {
            failure = error;
          });
          const sent = service.requests.slice(first).map(({ operation }) => operation);
          for (const mutation of mutations) {
            // A create is sent once more when the list lacks its backend, and once more with a new token after HTTP 401 or 403.
            const most = mutation === "createDeployment" || [401, 403, 429].includes(one.status) ? 30 : 1;
            expect(sent.filter((operation) => operation === mutation).length, mutation).to.be.at.most(most);
          }
          expect(sent.length).to.be.at.most(1_500);
          if (failure !== undefined) {
            expect(failure).to.be.instanceOf(DgraphCloudError);
            const { message } = asError({ kind: "K", name: "read", urn: undefined, id: undefined }, failure);
            expectCleanMessage(message);
            expect(message).not.to.contain("canary-password");
          }
          for (const text of account.said) expect(text.length).to.be.at.most(100_000);
          // Whatever acted, or may have acted, must be recorded.
          const refused = (one.status >= 400 && one.status < 500) || one.errors !== undefined || complains(answered);
          if (["restore", "dropData"].includes(faulty) && !refused) expect(failure, "recorded").to.equal(undefined);
          if (faulty === "createDeployment" && one.status === 200 && uidIn(answered) !== undefined)
            expect((made as { id?: unknown } | undefined)?.id).to.equal(uidIn(answered));
          const id = (made as { id?: unknown } | undefined)?.id;
          if (typeof id === "string") expectCleanLine(id);
          expect(Object.keys(Object.prototype)).to.deep.equal([]);
          expect(({} as Record<string, unknown>)["uid"]).to.equal(undefined);
        }),
        { numRuns: 300 },
      );
    });
  }
});
