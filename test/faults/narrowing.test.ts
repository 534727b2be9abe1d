import { expect } from "chai";
import { defaultAccount, type LocalCloud, startLocalCloud } from "../../local/index";
import { make, post, session } from "../local/calls";

describe("a fault of the local cloud for one backend only", () => {
  let local: LocalCloud;
  let headers: Record<string, string>;

  beforeEach(async () => {
    local = await startLocalCloud({ provisioningMs: 0 });
    headers = await session(local, defaultAccount);
  });
  afterEach(() => local.close());

  const create = async (name: string): Promise<number> => {
    const mutation = `mutation { createDeployment(input: { name: "${name}", zone: "z" }) { uid } }`;
    return (await post(local.endpoint, mutation, {}, headers)).status;
  };
  const remove = async (uid: string): Promise<number> => {
    const mutation = "mutation($id: String!) { deleteDeployment(deploymentID: $id) }";
    return (await post(local.endpoint, mutation, { id: uid }, headers)).status;
  };

  it("affects the create of the backend with this name only", async () => {
    local.faults.add({
      operation: "createDeployment",
      name: "second",
      fault: { kind: "status", status: 502, acted: false },
    });
    expect([await create("first"), await create("second"), await create("second")]).to.deep.equal([200, 502, 200]);
  });

  it("affects control-plane requests about the backend with this uid or this name", async () => {
    const one = await make(local, headers, { name: "one" });
    const other = await make(local, headers, { name: "other" });
    const fault = { kind: "status", status: 503, acted: false } as const;
    local.faults.add({ operation: "deleteDeployment", deployment: other.uid, fault });
    local.faults.add({ operation: "updateLambda", name: "one", fault });
    const script = (uid: string): Promise<number> =>
      post(
        local.endpoint,
        "mutation($i: UpdateLambdaInput!) { updateLambda(input: $i) }",
        { i: { deploymentID: uid, tenantID: 0, lambdaScript: "" } },
        headers,
      ).then(({ status }) => status);
    expect([await script(other.uid), await script(one.uid)]).to.deep.equal([200, 503]);
    expect([await remove(one.uid), await remove(other.uid)]).to.deep.equal([200, 503]);
    expect(local.journal.entries.find(({ status }) => status === 503)?.deployment).to.equal(one.uid);
  });

  it("calls back before the request acts, so that a test can change the cloud", async () => {
    const { uid } = await make(local, headers);
    local.faults.add({ operation: "deleteDeployment", fault: { kind: "slow", ms: 1 } }, () => {
      void local.cloud.remove(uid);
    });
    expect(await remove(uid)).to.equal(200);
    expect(local.journal.acted("deleteDeployment")).to.equal(0);
  });
});
