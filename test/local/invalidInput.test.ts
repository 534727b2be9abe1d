import { expect } from "chai";
import { type LocalCloud, startLocalCloud } from "../../local/index";
import { make, post, session } from "./calls";

describe("invalid input", () => {
  let local: LocalCloud;
  let logged: string[];

  beforeEach(async () => {
    logged = [];
    local = await startLocalCloud({ provisioningMs: 0, say: (line) => logged.push(line) });
  });
  afterEach(() => local.close());

  const inputs: readonly (readonly [field: string, type: string, selection: string])[] = [
    ["createDeployment", "NewDeployment", "{ uid }"],
    ["updateDeployment", "UpdateDeploymentInput", ""],
    ["updateLambda", "UpdateLambdaInput", ""],
    ["createOrganization", "NewOrganization", "{ uid }"],
    ["addOrganizationMember", "AddOrgMember", "{ uid }"],
    ["deleteOrganizationMember", "DeleteOrgMember", "{ uid }"],
  ];
  for (const [field, type, selection] of inputs)
    it(`of ${field} is answered with a GraphQL error, null included`, async () => {
      const auth = await session(local);
      const withVariable = `mutation($input: ${type}!) { ${field}(input: $input) ${selection} }`;
      const answers = [
        await post(local.endpoint, `mutation { ${field}(input: null) ${selection} }`, {}, auth),
        await post(local.endpoint, `mutation { ${field}(input: 7) ${selection} }`, {}, auth),
        await post(local.endpoint, `mutation { ${field}(input: [null]) ${selection} }`, {}, auth),
        await post(local.endpoint, `mutation { ${field} ${selection} }`, {}, auth),
        await post(local.endpoint, withVariable, {}, auth),
        await post(local.endpoint, withVariable, { input: null }, auth),
        await post(local.endpoint, withVariable, { input: [null] }, auth),
        await post(local.endpoint, withVariable, { input: "x" }, auth),
      ];
      for (const { status, errors } of answers) expect([status, errors?.length]).to.deep.equal([200, 1]);
      expect(local.cloud.all()).to.deep.equal([]);
    });

  it("of the fields without an input object is answered with a GraphQL error too", async () => {
    const auth = await session(local);
    for (const query of [
      "{ getLambdaLogs(input: null) }",
      "mutation { deleteDeployment(deploymentID: null) }",
      "{ login(email: null, password: null) { token } }",
    ]) {
      const { status, errors } = await post(local.endpoint, query, {}, auth);
      expect([status, errors !== undefined], query).to.deep.equal([200, true]);
    }
  });

  it("that makes the local cloud throw is answered with 500 without details, which are logged", async () => {
    const backend = await make(local, await session(local));
    const fail = (): never => {
      throw new Error("internal details");
    };
    Object.assign(local.cloud, { accountOf: fail });
    Object.assign(local.journal, { record: fail });
    for (const url of [local.endpoint, backend.graphql]) {
      const { status, text, errors } = await post(url, "{ __typename }", {}, backend.auth);
      expect([status, errors?.length]).to.deep.equal([500, 1]);
      expect(text).not.to.match(/internal details|\bat /);
    }
    expect(logged).to.have.length(2);
    expect(logged.join()).to.contain("internal details");
  });
});
