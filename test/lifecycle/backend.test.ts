import { expect } from "chai";
import { type Fault, type LocalCloud, type LocalCloudOptions, startLocalCloud } from "dgraphcloud-local";
import { unknownValue } from "../../provider/resource/fields";
import { waitUntil } from "../harness/clocks";
import { different } from "../harness/hosts/differences";
import { Host, HostFailure, type Values } from "../harness/providerHost";
import { testedHost } from "../harness/testedHost";
import { metadataIn } from "../../provider/resource/values";

const inputs = {
  name: "orders",
  zone: "us-east-1",
  deploymentType: "dedicated",
  timeouts: { create: "60s", update: "60s" },
  __urn: "urn:pulumi:dev::test::pulumi-nodejs:dynamic/dgraphcloud:Backend::orders",
};

/** A create so long ago that an absence from the list is believed. */
const aged = (properties: Values): Values => recording(properties, { incarnation: "2026-01-01T00:00:00.000Z" });

/** The properties with other values in what the state records. */
function recording(properties: Values, changed: object): Values {
  return { ...properties, __state: JSON.stringify({ ...metadataIn(properties), ...changed }) };
}

describe(`lifecycle: a Backend behind the real ${testedHost} host`, function () {
  this.timeout(120_000);
  let local: LocalCloud;
  let host: Host;

  async function begin(options: LocalCloudOptions = {}): Promise<void> {
    local = await startLocalCloud({ provisioningMs: 0, ...options });
    await startHost();
  }

  const settingsOf = (account = local.accounts[0]): NodeJS.ProcessEnv => ({
    DGRAPHCLOUD_ENDPOINT: local.endpoint,
    DGRAPHCLOUD_EMAIL: account?.email,
    DGRAPHCLOUD_PASSWORD: account?.password,
  });

  /** Starts a new provider process, without the memory of the old one. */
  async function startHost(account = local.accounts[0]): Promise<void> {
    host = await Host.start(settingsOf(account));
  }

  async function restartHost(account = local.accounts[0]): Promise<void> {
    host.close();
    await startHost(account);
  }

  beforeEach(() => begin());
  afterEach(async () => {
    host.close();
    await local.close();
  });

  const injectFault = (operation: string, fault: Fault, calls?: readonly number[] | "every"): void => {
    local.faults.add({ operation, fault, ...(calls !== undefined && { calls }) });
  };
  /** Waits for a log line, which can arrive after the answer. */
  const waitForOutput = async (text: string): Promise<void> => {
    await waitUntil(() => host.output.includes(text), { tries: 50, everyMs: 20 });
    expect(host.output).to.contain(text);
  };
  const uids = (): string[] => local.cloud.all().map(({ uid }) => uid);
  const failureOf = async (work: Promise<unknown>): Promise<HostFailure> => {
    try {
      await work;
    } catch (error) {
      if (error instanceof HostFailure) return error;
      throw error;
    }
    throw new Error("it did not fail");
  };

  describe("create", () => {
    const acted: readonly { title: string; fault: Fault }[] = [
      { title: "a reset after it acted", fault: { kind: "reset", acted: true } },
      { title: "HTTP 502 after it acted", fault: { kind: "status", status: 502, acted: true } },
      { title: "an HTML page after it acted", fault: { kind: "body", body: "<html>gateway</html>", acted: true } },
      { title: "an empty body after it acted", fault: { kind: "body", body: "", acted: true } },
      { title: "an answer that is cut off", fault: { kind: "cut-off", acted: true } },
      {
        title: "an answer without a uid",
        fault: { kind: "data", data: { createDeployment: { name: "orders" } }, acted: true },
      },
    ];
    for (const { title, fault } of acted) {
      it(`finds the one backend after ${title}`, async () => {
        injectFault("createDeployment", fault);
        const { id } = await host.create(inputs);
        expect(uids()).to.deep.equal([id]);
        expect(local.journal.count("createDeployment")).to.equal(1);
      });
    }

    it("finds the one backend when the list lags", async () => {
      injectFault("createDeployment", { kind: "reset", acted: true });
      injectFault("deployments", { kind: "lag", ms: 4_000 }, "every");
      const { id } = await host.create(inputs);
      expect(uids()).to.deep.equal([id]);
      expect(local.journal.count("createDeployment")).to.equal(1);
    });

    it("is sent once more, on a new connection, when the first request had no effect", async () => {
      injectFault("createDeployment", { kind: "reset", acted: false });
      const { id } = await host.create(inputs);
      expect(uids()).to.deep.equal([id]);
      const sent = local.journal.entries.filter(({ operation }) => operation === "createDeployment");
      expect(new Set(sent.map(({ connection }) => connection)).size).to.equal(2);
      const between = local.journal.entries.filter(
        ({ operation, sequence }) =>
          operation === "deployments" && sequence > sent[0]!.sequence && sequence < sent[1]!.sequence,
      );
      expect(between, "looks between the two").not.to.have.length(0);
    });

    it("fails and names both when two new backends could be its result", async () => {
      injectFault("createDeployment", { kind: "reset", acted: true });
      const look = local.faults.add({ operation: "deployments", calls: [2], fault: { kind: "pause", acted: false } });
      const creating = failureOf(host.create(inputs));
      await local.journal.waitFor(({ operation, fault }) => operation === "deployments" && fault === "pause", 10_000);
      const [account] = local.accounts;
      await local.cloud.createDeployment(account!, { name: "orders", zone: "us-east-1", deploymentType: "dedicated" });
      look.release();
      const failure = await creating;
      for (const uid of uids()) expect(failure.message).to.contain(uid);
      expect(failure.made, "neither is taken over").to.equal(undefined);
      expect(local.journal.count("createDeployment")).to.equal(1);
    });

    it("fails on errors without data, and keeps nothing in the state", async () => {
      injectFault("createDeployment", { kind: "errors", messages: ["zone is full"], acted: false }, "every");
      const failure = await failureOf(host.create(inputs));
      expect(failure.made).to.equal(undefined);
      expect(failure.message).to.contain('Backend "orders" was not created').and.to.contain("zone is full");
      expect(local.journal.count("createDeployment")).to.equal(1);
    });

    it("is sent again at once when an expired session was answered with null", async () => {
      await host.create({ ...inputs, name: "first", __urn: `${inputs.__urn}-first` });
      local.cloud.expireSessions();
      local.journal.clear();
      await host.create(inputs);
      expect(uids()).to.have.length(2);
      expect(local.journal.count("login")).to.equal(1);
      expect(local.journal.count("deployments"), "one look, not the search of a lost answer").to.be.at.most(2);
    });

    it("keeps a uid that comes beside errors, and the next update continues", async () => {
      injectFault("createDeployment", { kind: "errors", messages: ["quota nearly used"], acted: true, withData: true });
      const failure = await failureOf(host.create(inputs));
      expect(failure.message).to.contain("quota nearly used");
      expect(failure.made?.id).to.equal(uids()[0]);
      const diff = await host.diff(failure.made?.id ?? "", failure.made?.properties ?? {}, inputs);
      expect(diff.changes).to.equal(true);
      await host.update(failure.made?.id ?? "", failure.made?.properties ?? {}, inputs);
      expect(uids()).to.have.length(1);
    });

    it("reports in the preview what it would adopt, without a request, and afterwards what it adopted", async () => {
      const { uid } = await local.cloud.createDeployment(local.accounts[0]!, {
        name: "orders",
        zone: "us-east-1",
        deploymentType: "dedicated",
      });
      local.journal.clear();
      for (const [consent, announced] of [
        [{ adoptUid: uid }, `takes over the backend ${uid} instead of creating one`],
        [{ adoptUid: unknownValue }, "takes over the backend that adoptUid will name"],
        [
          { adoptExisting: true },
          'takes over the backend "orders" (dedicated, us-east-1) if the account has it already',
        ],
      ] as const) {
        expect((await host.check({}, { ...inputs, ...consent })).failures).to.deep.equal([]);
        await waitForOutput(announced);
      }
      expect(local.journal.count()).to.equal(0);
      const made = await host.create({ ...inputs, adoptExisting: true });
      expect(made.id).to.equal(uid);
      await waitForOutput(
        `took over ${uid} ("orders", us-east-1, owner dev@example.com) instead of creating a backend`,
      );
      await waitForOutput(`took over ${uid}; backend ${uid} answers after`);
      const said = host.output.length;
      await host.check(made.properties, { ...inputs, adoptExisting: true });
      await host.check({}, { ...inputs, adoptUid: uid });
      expect(host.output.slice(said), "nothing of what is this stack's already").to.equal("");
    });

    it("is refused when a backend of the same name, zone and type exists", async () => {
      const [account] = local.accounts;
      const there = await local.cloud.createDeployment(account!, inputs);
      const failure = await failureOf(host.create(inputs));
      expect(failure.message).to.contain(`adoptUid: "${there.uid}"`).and.to.contain("adoptExisting: true");
      expect(uids()).to.deep.equal([there.uid]);
    });

    it("is refused for a concurrent resource of the same name, zone and type", async () => {
      const second = { ...inputs, __urn: `${inputs.__urn}-2` };
      const results = await Promise.allSettled([host.create(inputs), host.create(second)]);
      expect(results.filter(({ status }) => status === "fulfilled")).to.have.length(1);
      expect(uids()).to.have.length(1);
    });

    it("is refused for a later resource of the same name, even with adoptExisting", async () => {
      await host.create(inputs);
      const second = { ...inputs, __urn: `${inputs.__urn}-2`, adoptExisting: true };
      expect((await failureOf(host.create(second))).message).to.contain(
        'Backend "orders" of this program has the same name',
      );
      expect(uids()).to.have.length(1);
    });

    it("adopts a backend for one resource only", async () => {
      const [account] = local.accounts;
      const { uid } = await local.cloud.createDeployment(account!, inputs);
      const adopting = [1, 2].map((index) =>
        host.create({ ...inputs, adoptUid: uid, __urn: `${inputs.__urn}-${index}` }),
      );
      const results = await Promise.allSettled(adopting);
      expect(results.filter(({ status }) => status === "fulfilled")).to.have.length(1);
      expect((await failureOf(host.create({ ...inputs, adoptUid: uid }))).message).to.contain(
        "backend of this stack already",
      );
    });

    it("creates one backend, however often an error hook repeats it", async () => {
      injectFault("ready", { kind: "status", status: 503, acted: false }, "every");
      const hurried = { ...inputs, timeouts: { create: "1s" } };
      const first = await failureOf(host.create(hurried));
      const second = await failureOf(host.create(hurried));
      expect(second.made?.id).to.equal(first.made?.id);
      expect(uids()).to.have.length(1);
    });

    it("is looked for, and not sent again, when an error hook repeats it after a lost answer", async () => {
      injectFault("createDeployment", { kind: "reset", acted: true });
      injectFault("deployments", { kind: "errors", messages: ["not now"], acted: false }, [2]);
      expect((await failureOf(host.create(inputs))).message).to.contain("DGC312");
      const { id } = await host.create(inputs);
      expect(uids()).to.deep.equal([id]);
      expect(local.journal.count("createDeployment")).to.equal(1);
    });

    it("waits until the list also has its token", async () => {
      const tokenless = { uid: "0x42", name: "orders", url: "", jwtToken: "" };
      injectFault("createDeployment", { kind: "data", data: { createDeployment: tokenless }, acted: true });
      const listed = { ...tokenless, zone: "us-east-1" };
      const answers = [listed, { ...listed, url: "127.0.0.1:1" }];
      for (const [index, entry] of answers.entries()) {
        injectFault("deployments", { kind: "data", data: { deployments: [entry] }, acted: false }, [index + 2]);
      }
      const { properties } = await host.create(inputs);
      expect(properties["jwtToken"]).to.equal(local.cloud.get("0x42").deployment.jwtToken);
    });

    it("fails with the service's message where names are unique and the replaced backend still exists, and succeeds after its delete", async () => {
      host.close();
      await local.close();
      await begin({ uniqueNames: true });
      const { id, properties } = await host.create(inputs);
      await restartHost();
      const larger = { ...inputs, size: "large" };
      await host.diff(id, properties, larger);
      const failure = await failureOf(host.create(larger));
      expect(failure.message).to.contain("DGC205").and.to.contain("orders");
      expect(failure.made).to.equal(undefined);
      expect(uids()).to.deep.equal([id]);
      await host.delete(id, properties);
      expect(uids()).to.deep.equal([]);
      const made = await host.create(larger);
      expect(uids()).to.deep.equal([made.id]);
    });

    it("is refused when replaceOnChanges replaces a protected backend", async () => {
      const { id, properties } = await host.create({ ...inputs, deletionProtection: true });
      await restartHost();
      const changed = { ...inputs, deletionProtection: true, deploymentMode: "flexible" };
      await host.diff(id, properties, changed);
      expect((await failureOf(host.create(changed))).message)
        .to.contain("DGC304")
        .and.to.contain(id);
      expect(uids()).to.deep.equal([id]);
    });

    it("is allowed when the protected backend no longer exists", async () => {
      const { id, properties } = await host.create({ ...inputs, deletionProtection: true });
      await local.cloud.remove(id);
      await restartHost();
      expect((await host.read(id, aged(properties))).id).to.equal("");
      await host.create({ ...inputs, deletionProtection: true });
      expect(uids()).to.have.length(1);
    });

    it("logs in once for eight concurrent creates, and once more for all after their sessions expired", async () => {
      const named = (index: number): Values => ({
        ...inputs,
        name: `orders-${index}`,
        __urn: `${inputs.__urn}-${index}`,
      });
      await Promise.all(Array.from({ length: 8 }, (_, index) => host.create(named(index))));
      expect(local.journal.count("login")).to.equal(1);
      local.cloud.expireSessions();
      await Promise.all(Array.from({ length: 8 }, (_, index) => host.create(named(index + 8))));
      expect(local.journal.count("login")).to.equal(2);
      expect(uids()).to.have.length(16);
    });

    it("waits as long as Retry-After asks", async () => {
      injectFault("createDeployment", { kind: "status", status: 429, acted: false, retryAfter: "1" });
      await host.create(inputs);
      const [first, second] = local.journal.entries.filter(({ operation }) => operation === "createDeployment");
      expect((second?.time ?? 0) - (first?.time ?? 0)).to.be.at.least(1_000);
      expect(uids()).to.have.length(1);
    });
  });

  describe("update", () => {
    it("is sent once more after a lost answer, and returns the live values", async () => {
      const { id, properties } = await host.create(inputs);
      injectFault("updateDeployment", { kind: "reset", acted: true });
      const outs = await host.update(id, properties, { ...inputs, name: "renamed" });
      expect(outs["name"]).to.equal("renamed");
      expect(local.cloud.get(id).deployment.name).to.equal("renamed");
    });

    it("sends all changes in one mutation", async () => {
      const organizations = ["first", "second"].map((name) =>
        local.cloud.organizations.create(local.accounts[0]!, name),
      );
      const [before, after] = organizations.map(({ uid }) => uid);
      const { id, properties } = await host.create({ ...inputs, deploymentMode: "graphql", organizationUid: before });
      const changes = { name: "renamed", deploymentMode: "flexible", organizationUid: after };
      const outs = await host.update(id, properties, { ...inputs, ...changes });
      const { name, deploymentMode, organizationUID } = local.cloud.get(id).deployment;
      expect({ name, deploymentMode, organizationUid: organizationUID }).to.deep.equal(changes);
      expect(outs).to.include(changes);
      expect(local.journal.acted("updateDeployment")).to.equal(1);
    });

    it("is sent again by the next run after every answer was lost, even for the old inputs", async () => {
      const { id, properties } = await host.create(inputs);
      injectFault("updateDeployment", { kind: "reset", acted: true }, "every");
      const failure = await failureOf(
        host.update(id, properties, { ...inputs, name: "renamed", timeouts: { update: "1s" } }),
      );
      local.faults.clear();
      const kept = failure.made?.properties ?? {};
      expect((await host.diff(id, kept, inputs)).changes).to.equal(true);
      await host.update(id, kept, inputs);
      expect(local.cloud.get(id).deployment.name).to.equal("orders");
    });

    it("makes no request when only the state changes", async () => {
      const { id, properties } = await host.create(inputs);
      local.journal.clear();
      const outs = await host.update(id, properties, { ...inputs, deletionProtection: true });
      expect(outs["deletionProtection"]).to.equal(true);
      expect(local.journal.count()).to.equal(0);
    });

    it("switches protection on also when it fails half-way", async () => {
      const { id, properties } = await host.create(inputs);
      injectFault("updateLambda", { kind: "errors", messages: ["bad script"], acted: false });
      const news = { ...inputs, name: "renamed", lambdaScript: "export default 1", deletionProtection: true };
      const kept = (await failureOf(host.update(id, properties, news))).made?.properties ?? {};
      await restartHost();
      const replaced = await failureOf(host.diff(id, kept, { ...news, size: "large" }));
      expect(replaced.message).to.contain("DGC304");
      expect((await failureOf(host.delete(id, kept))).message).to.contain("DGC304");
    });

    it("removes the lambda for an empty script", async () => {
      const { id, properties } = await host.create({ ...inputs, lambdaScript: "export default 1" });
      expect(local.cloud.get(id).deployment.lambdaScript).not.to.equal("");
      await host.update(id, properties, { ...inputs, lambdaScript: "" });
      expect(local.cloud.get(id).deployment.lambdaScript).to.equal("");
    });
  });

  describe("delete", () => {
    it("succeeds when the answer was lost but the backend is gone", async () => {
      const { id, properties } = await host.create(inputs);
      injectFault("deleteDeployment", { kind: "reset", acted: true });
      await host.delete(id, properties);
      expect(uids()).to.deep.equal([]);
    });

    it("succeeds in the next run when everything was killed before the answer", async () => {
      const { id, properties } = await host.create(inputs);
      await restartHost();
      injectFault("deleteDeployment", { kind: "hang", acted: true });
      const killed = failureOf(host.delete(id, aged(properties)));
      await local.journal.waitFor(({ operation, acted }) => operation === "deleteDeployment" && acted, 10_000);
      await restartHost();
      await killed;
      await host.delete(id, aged(properties));
      expect(uids()).to.deep.equal([]);
      expect(local.journal.acted("deleteDeployment")).to.equal(1);
    });

    it("succeeds for a backend that was deleted outside long after its create", async () => {
      const { id, properties } = await host.create(inputs);
      await local.cloud.remove(id);
      await restartHost();
      await host.delete(id, aged(properties));
      expect(local.journal.count("deleteDeployment")).to.equal(1);
    });

    it("does not trust an absence within five minutes of the create", async () => {
      const { id, properties } = await host.create(inputs);
      await local.cloud.remove(id);
      await restartHost();
      expect((await failureOf(host.delete(id, properties))).message).to.contain("lists can lag behind");
    });

    it("makes no request when a newer resource has adopted the backend", async () => {
      const { id, properties } = await host.create(inputs);
      await host.delete(id, aged(properties));
      expect(uids()).to.deep.equal([id]);
      expect(local.journal.count("deleteDeployment")).to.equal(0);
    });

    it("makes no request while a resource of another process of the run has adopted the backend, until that one is deleted", async () => {
      const { id, properties } = await host.create(inputs);
      await restartHost();
      const beside = await host.another(settingsOf());
      try {
        const taken = await beside.create({ ...inputs, adoptExisting: true, __urn: `${inputs.__urn}-2` });
        expect(taken.id).to.equal(id);
        await host.delete(id, aged(properties));
        expect(uids(), "the live backend").to.deep.equal([id]);
        await beside.delete(id, taken.properties);
        expect(uids()).to.deep.equal([]);
      } finally {
        beside.close();
      }
    });

    it("makes no request when another process of the run manages the backend", async () => {
      const { id, properties } = await host.create(inputs);
      await restartHost();
      const beside = await host.another(settingsOf());
      try {
        await beside.diff(id, properties, inputs);
        await host.delete(id, aged(properties));
        expect(local.journal.count("deleteDeployment")).to.equal(0);
      } finally {
        beside.close();
      }
    });

    it("makes no request when the delete in another process of the run has failed", async () => {
      const { id, properties } = await host.create(inputs);
      await restartHost();
      injectFault("deleteDeployment", { kind: "errors", messages: ["not now"], acted: false });
      await failureOf(host.delete(id, aged(properties)));
      const beside = await host.another(settingsOf());
      try {
        const taken = await beside.create({ ...inputs, adoptExisting: true, __urn: `${inputs.__urn}-2` });
        await beside.delete(id, taken.properties);
        expect(uids()).to.deep.equal([id]);
      } finally {
        beside.close();
      }
    });

    it("is sent once when two states of one backend are deleted in a process that has read both", async () => {
      const { id, properties } = await host.create(inputs);
      await restartHost();
      for (const state of [properties, aged(properties)]) await host.read(id, state);
      for (const state of [aged(properties), properties]) await host.delete(id, state);
      expect(uids()).to.deep.equal([]);
      expect(local.journal.acted("deleteDeployment")).to.equal(1);
    });

    it("needs no proof for a second state of a backend that the process has just deleted", async () => {
      const { id, properties } = await host.create(inputs);
      await restartHost();
      for (const state of [aged(properties), properties]) await host.delete(id, state);
      expect(local.journal.count("deleteDeployment")).to.equal(1);
    });

    it("does not trust an unknown answer while the list has the backend", async () => {
      const { id, properties } = await host.create(inputs);
      const sentence = { deleteDeployment: "The deployment is protected and was not deleted" };
      injectFault("deleteDeployment", { kind: "data", data: sentence, acted: false });
      const failure = await failureOf(host.delete(id, properties));
      expect(failure.message).to.contain("is protected and was not deleted").and.to.contain("still in the list");
      injectFault("deleteDeployment", { kind: "data", data: { deleteDeployment: "Gone" }, acted: true });
      await host.delete(id, properties);
      expect(uids()).to.deep.equal([]);
    });

    it("is refused while deletionProtection is on", async () => {
      const { id, properties } = await host.create({ ...inputs, deletionProtection: true });
      await restartHost();
      const failure = await failureOf(host.delete(id, aged(properties)));
      expect(failure.message).to.contain("DGC304").and.to.contain("Set deletionProtection: false");
      expect(local.journal.count("deleteDeployment")).to.equal(0);
    });

    it("is refused, like a read, with another account's credentials", async () => {
      host.close();
      await local.close();
      const others = { email: "other@example.com", password: "another-password" };
      await begin({ accounts: [{ email: "dev@example.com", password: "local-password" }, others] });
      const { id, properties } = await host.create(inputs);
      await restartHost(others);
      for (const work of [() => host.delete(id, aged(properties)), () => host.read(id, aged(properties))]) {
        expect((await failureOf(work())).message)
          .to.contain("DGC106")
          .and.to.contain("another account (its owner is dev@example.com)")
          .and.to.contain("the settings name now (other@example.com)")
          .and.to.contain(`pulumi state delete '${different.urnOf(inputs.__urn)}'`);
      }
      expect(local.journal.count("deleteDeployment")).to.equal(0);
      expect(uids()).to.deep.equal([id]);
    });

    it("fails while the service refuses it, and keeps the backend in the state", async () => {
      const { id, properties } = await host.create(inputs);
      await restartHost();
      injectFault("deleteDeployment", { kind: "errors", messages: ["not today"], acted: false }, "every");
      const failure = await failureOf(host.delete(id, aged(properties)));
      expect(failure.message).to.contain("not today").and.to.contain('Backend "orders"');
      expect(uids()).to.deep.equal([id]);
    });
  });

  it("counts two resources of one backend only if the program declares both, not if a refresh read both", async () => {
    const { id, properties } = await host.create(inputs);
    await restartHost();
    const other = { ...aged(properties), __urn: `${inputs.__urn}-2` };
    for (const state of [properties, other]) {
      await host.read(id, state);
      expect((await host.diff(id, state, { ...inputs, __urn: state["__urn"] })).changes).to.equal(false);
    }
    await host.diff(id, properties, inputs);
    const failure = await failureOf(host.diff(id, other, { ...inputs, __urn: other.__urn }));
    expect(failure.message).to.contain("DGC305").and.to.contain("pulumi state delete --force 'urn:pulumi:");
  });

  describe("read", () => {
    const untrustworthy: readonly { title: string; fault: Fault }[] = [
      { title: "HTTP 401", fault: { kind: "unauthorized", as: "401" } },
      { title: "null", fault: { kind: "unauthorized", as: "null" } },
      { title: "an entry that is null", fault: { kind: "data", data: { deployments: [null] }, acted: false } },
      { title: "errors beside data", fault: { kind: "errors", messages: ["not all"], acted: true, withData: true } },
      {
        title: "an entry without a name",
        fault: { kind: "data", data: { deployments: [{ uid: "0x1" }] }, acted: false },
      },
    ];
    for (const { title, fault } of untrustworthy) {
      it(`never treats a list that answers ${title} as an absence`, async () => {
        const { id, properties } = await host.create(inputs);
        await restartHost();
        injectFault("deployments", fault, "every");
        const failure = await failureOf(host.read(id, aged(properties)));
        expect(failure.message).to.contain('Backend "orders"').and.to.contain("could not be read");
      });
    }

    it("fails for all of twenty resources without credentials, and removes none", async () => {
      const { id, properties } = await host.create(inputs);
      host.close();
      host = await Host.start({ DGRAPHCLOUD_ENDPOINT: local.endpoint });
      local.journal.clear();
      const reads = Array.from({ length: 20 }, () => failureOf(host.read(id, aged(properties))));
      for (const { message } of await Promise.all(reads)) expect(message).to.contain("DGC102");
      expect(local.journal.count()).to.equal(0);
    });

    it("of Backend.get finds what was created outside since the last list, and requests a fresh list before it reports an absence", async () => {
      const { id, properties } = await host.create(inputs);
      await host.read(id, properties);
      const [account] = local.accounts;
      const made = { name: "theirs", zone: "us-east-1", deploymentType: "free" };
      const { uid } = await local.cloud.createDeployment(account!, made);
      const found = await host.read(uid, {});
      expect(found.properties).to.include({ name: "theirs", zone: "us-east-1" });
      local.journal.clear();
      expect((await failureOf(host.read("0x999", {}))).message).to.contain("DGC301");
      expect(local.journal.count("deployments")).to.equal(1);
    });

    it("reports a backend as gone after two lists without it", async () => {
      const { id, properties } = await host.create(inputs);
      await local.cloud.remove(id);
      await restartHost();
      local.journal.clear();
      expect((await host.read(id, aged(properties))).id).to.equal("");
      expect(local.journal.count("deployments")).to.equal(2);
    });

    it("trusts an absence under an anonymous token only when the list has another backend of the owner", async () => {
      const { id, properties } = await host.create(inputs);
      const other = await host.create({ ...inputs, name: "other", __urn: `${inputs.__urn}-2` });
      await local.cloud.remove(id);
      const opaque = aged(recording(properties, { account: [] }));
      await restartHost();
      expect((await host.read(id, opaque)).id).to.equal("");
      await local.cloud.remove(other.id);
      await restartHost();
      expect((await failureOf(host.read(id, opaque))).message)
        .to.contain("DGC107")
        .and.to.contain("(its owner is dev@example.com)")
        .and.to.contain(`pulumi state delete '${different.urnOf(inputs.__urn)}'`);
    });

    it("keeps a backend when only the first list lacks it", async () => {
      const { id, properties } = await host.create(inputs);
      const { deployment } = local.cloud.get(id);
      injectFault("deployments", { kind: "data", data: { deployments: [] }, acted: false }, [1]);
      await restartHost();
      const failure = await failureOf(host.read(id, aged(properties)));
      expect(failure.message).to.contain(`${deployment.uid} is in some lists`);
    });

    it("returns the live values of the inputs that the user set, and no others", async () => {
      const { id, properties } = await host.create(inputs);
      local.cloud.get(id).deployment.deploymentMode = "flexible";
      local.cloud.get(id).deployment.name = "renamed";
      local.cloud.rotateToken(id);
      await restartHost();
      const read = await host.read(id, properties);
      expect(read.inputs).to.include({ name: "renamed", zone: "us-east-1" }).and.not.to.have.property("deploymentMode");
      expect(read.properties).to.include({ deploymentMode: "flexible" });
      expect((await host.diff(id, read.properties, { ...inputs, name: "renamed" })).changes).to.equal(false);
    });
  });

  it("deletes first in a replace with an unchanged subdomain", async () => {
    const { id, properties } = await host.create({ ...inputs, subdomain: "shop" });
    const stays = await host.diff(id, properties, { ...inputs, subdomain: "shop", zone: "eu-west-1" });
    expect(stays).to.deep.include({ replaces: ["zone"], deleteBeforeReplace: true });
    const moves = await host.diff(id, properties, { ...inputs, subdomain: "store" });
    expect(moves).to.deep.include({ replaces: ["subdomain"], deleteBeforeReplace: false });
  });

  it("refuses wrong settings in the preview, and the plugin does so before any resource", async () => {
    host.close();
    host = await Host.start({ DGRAPHCLOUD_ENDPOINT: "ftp://nowhere" });
    expect(host.refusals.filter((reason) => reason.includes("ftp://nowhere"))).to.have.length(
      different.checksSettings ? 1 : 0,
    );
    expect((await host.check({}, inputs)).failures[0]?.reason)
      .to.contain("ftp://nowhere")
      .and.to.contain("DGC101");
  });

  it("refuses a state that a newer version of the package wrote", async () => {
    const { id, properties } = await host.create(inputs);
    const newer = recording(properties, { version: 2 });
    for (const work of [host.read(id, newer), host.delete(id, newer), host.diff(id, newer, inputs)]) {
      expect((await failureOf(work)).message).to.contain("newer version of pulumi-dgraphcloud");
    }
    expect(uids()).to.deep.equal([id]);
  });

  it("prints no stack trace and no secret in any failure", async () => {
    const { id, properties } = await host.create(inputs);
    const { jwtToken } = local.cloud.get(id).deployment;
    injectFault(
      "deleteDeployment",
      { kind: "errors", messages: [`the token ${jwtToken} is bad`], acted: false },
      "every",
    );
    const failure = await failureOf(host.delete(id, properties));
    expect(failure.message).to.contain("[secret]").and.not.to.contain(jwtToken);
    expect(host.output).not.to.contain(jwtToken).and.not.to.contain("    at ");
  });
});
