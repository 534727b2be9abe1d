import { expect } from "chai";
import fc from "fast-check";
import { controlDocuments, dataDocuments } from "../../provider/api/documents";
import { backend } from "../../provider/backend";
import type { BackendInputs } from "../../provider/backend/inputs";
import { answerJson, Service } from "../harness/httpService";
import { Account } from "./testAccount";

/** Fragments of GraphQL, JSON, headers, and of other languages that a service may interpret. */
const pieces = [
  ...[
    '"',
    "'",
    "\\",
    "}",
    "{",
    ")",
    "(",
    "$",
    "#",
    "...",
    "@include(if: true)",
    "query",
    "mutation",
    "__typename",
    "`",
    ";",
    "\0",
  ],
  ...[
    '"}) { deleteDeployment(deploymentID: "0x42") }',
    '", deploymentType: "free"}',
    "\\u0022",
    '\\"',
    '"""',
    "\r\nAuthorization: Bearer x",
  ],
  ...["' OR 1=1 --", "${7*7}", "{{7*7}}", "$(id)", "../..", "<script>", "\u2028", "\ud83d\ude00", "ä"],
];
const hostile = fc.oneof(
  fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 6 }).map((parts) => parts.join("")),
  fc.string({ unit: "binary", minLength: 1 }),
);

const documents: readonly string[] = [...Object.values(controlDocuments), ...Object.values(dataDocuments)];

describe("names with GraphQL and other code", function () {
  this.timeout(60_000);
  let service: Service;
  let bodies: { query: string; variables: Record<string, unknown> }[];

  before(async () => {
    service = await Service.start(({ body, operation }, response) => {
      const sent = JSON.parse(body) as (typeof bodies)[number];
      expect(Object.keys(sent)).to.deep.equal(["query", "variables"]);
      bodies.push(sent);
      const deployment = { uid: "0x42", name: "n", zone: "z", url: service.endpoint.host, jwtToken: "a-jwt-token" };
      const answers: Record<string, unknown> = {
        deployments: [deployment],
        createDeployment: { ...deployment, uid: "0x43" },
        restore: { response: { restoreId: 1 } },
        dropData: { response: { code: "Success", message: "Done" } },
      };
      answerJson(response, { data: { [operation]: answers[operation] ?? "done" } });
    });
  });
  after(() => service.stop());

  async function sent(work: (account: Account) => Promise<unknown>): Promise<typeof bodies> {
    bodies = [];
    await work(new Account(service.endpoint));
    for (const { query } of bodies) expect(documents).to.include(query);
    return bodies;
  }

  it("are sent as variables and change no document", async () => {
    await fc.assert(
      fc.asyncProperty(hostile, hostile, hostile, async (one, two, three) => {
        const inputs = { name: one, zone: two, deploymentType: "free", subdomain: three } as BackendInputs;
        const created = await sent((a) => backend.create(a.context, a.within(), inputs));
        expect(created.at(-1)?.variables).to.deep.equal({
          dep: { name: one, zone: two, deploymentType: "free", subdomain: three },
        });
        const changed = await sent(async (account) => {
          const { control } = account.account;
          const call = account.within();
          await control.updateDeployment({ uid: "0x42", name: one }, call);
          await control.updateLambda("0x42", two, call);
          await control.deleteDeployment(three, call);
        });
        expect(changed.map(({ variables }) => variables)).to.deep.equal([
          { dep: { uid: "0x42", name: one } },
          { input: { deploymentID: "0x42", tenantID: 0, lambdaScript: Buffer.from(two).toString("base64") } },
          { deploymentID: three },
        ]);
        const acted = await sent(async (account) => {
          const { data } = account.account;
          await data.restore("0x42", { source: { uid: one }, backup: { series: two, backupNum: 1 } }, account.within());
          await data.dropData("0x42", { types: [one, two] }, account.within());
          await data.dropData("0x42", { fields: [three] }, account.within());
        });
        expect(acted.slice(1).map(({ variables }) => variables)).to.deep.equal([
          { uid: one, backupFolder: two, backupNum: 1 },
          { types: [one, two] },
          { fields: [three] },
        ]);
      }),
      { numRuns: 200 },
    );
  });

  it("are sent as variables in e-mails and passwords, too", async () => {
    await fc.assert(
      fc.asyncProperty(hostile, hostile, async (email, password) => {
        bodies = [];
        const login = await Service.start(({ body }, response) => {
          bodies.push(JSON.parse(body) as (typeof bodies)[number]);
          answerJson(response, { data: { login: { token: "t" }, deployments: [] } });
        });
        const account = new Account(login.endpoint, { email, password });
        await account.account.control.deployments(account.within());
        await login.stop();
        expect(bodies[0]).to.deep.equal({ query: controlDocuments.login, variables: { email, password } });
      }),
      { numRuns: 50 },
    );
  });
});
