import { resolve } from "node:path";
import type { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { expect } from "chai";
import { type LocalCloud, startLocalCloud } from "dgraphcloud-local";
import { waitUntil } from "../harness/clocks";
import { CancelledError } from "../../provider/errors/errors";
import { silent } from "../../provider/host/engineChannel";
import { Components } from "../../provider/host/plugin/components";
import { PackageSchema } from "../../provider/host/plugin/packageSchema";
import { Plugin } from "../../provider/host/plugin/plugin";
import { readProperties, writeProperties } from "../../provider/host/plugin/properties";
import { HostProcess } from "../../provider/host/process";
import { metadataIn, type Values } from "../../provider/resource/values";

const schema = new PackageSchema(resolve(__dirname, "../../dist/provider/host/plugin/schema.json"));
const inputs = { zone: "us-east-1", deploymentType: "dedicated" };

function urnOf(name: string): string {
  return `urn:pulumi:dev::shop::dgraphcloud:index:Backend::${name}`;
}

describe("the calls of the engine to the plugin", () => {
  let local: LocalCloud;
  let plugin: Plugin;
  let cancelled: AbortController;
  let settings: { readonly endpoint: string; readonly email: string; readonly password: string };

  beforeEach(async () => {
    local = await startLocalCloud({ provisioningMs: 0 });
    const [account] = local.accounts;
    cancelled = new AbortController();
    const host = new HostProcess(undefined, () => ({ ...silent, signal: cancelled.signal }));
    const nothing = (): void => undefined;
    const components = new Components("", () => undefined);
    plugin = new Plugin({ host, schema, cancel: nothing, attach: nothing, components });
    settings = { endpoint: local.endpoint, email: account?.email ?? "", password: account?.password ?? "" };
    plugin.configure(new messages.ConfigureRequest().setArgs(writeProperties(settings, [])));
  });
  afterEach(() => local.close());

  async function checked(name: string): Promise<Values> {
    const request = new messages.CheckRequest().setUrn(urnOf(name)).setNews(writeProperties(inputs, []));
    return readProperties((await plugin.check(request)).getInputs()).values;
  }

  async function created(name: string): Promise<messages.CreateResponse> {
    const properties = writeProperties(await checked(name), []);
    return plugin.create(new messages.CreateRequest().setUrn(urnOf(name)).setProperties(properties));
  }

  it("keep an action on a protected backend protected in a run that does not meet the backend", async () => {
    const check = async (olds: Values, news: Values): Promise<unknown> => {
      const urn = urnOf("wipe").replace("Backend", "DataDrop");
      const request = new messages.CheckRequest().setUrn(urn);
      request.setOlds(writeProperties(olds, [])).setNews(writeProperties(news, []));
      return readProperties((await plugin.check(request)).getInputs()).values["__backendDeletionProtection"];
    };
    const isProtected = { __backendDeletionProtection: true, __backendProtect: false };
    const drop = { backend: "0x42", allData: true, triggers: ["1"] };
    expect(await check({ ...drop, ...isProtected }, { ...drop, triggers: ["2"] }), "its update").to.equal(true);
    expect(await check({}, { ...drop, triggers: ["2"] }), "its replacement").to.equal(true);
    expect(await check({ ...drop, ...isProtected }, { ...drop, backend: "0x43" }), "another backend").to.equal(false);
    const { id } = (await created("orders")).toObject();
    expect(await check({ ...drop, backend: id, ...isProtected }, { ...drop, backend: id }), "not any more").to.equal(
      false,
    );
  });

  it("record what the service does not report of an imported backend, and replace nothing for it", async () => {
    const [account] = local.accounts;
    const { uid: id } = await local.cloud.createDeployment(account!, { ...inputs, name: "orders" });
    const urn = urnOf("imported");
    const found = await plugin.read(new messages.ReadRequest().setUrn(urn).setId(id));
    const asWritten = { ...readProperties(found.getInputs()).values, subdomain: "shop", size: "large" };
    const diff = async (olds: Struct | undefined, news: Values): Promise<[string[], string[]]> => {
      const request = new messages.DiffRequest().setUrn(urn).setId(id).setOlds(olds).setNews(writeProperties(news, []));
      const response = await plugin.diff(request);
      return [response.getDiffsList().sort(), response.getReplacesList()];
    };
    expect(await diff(found.getProperties(), asWritten)).to.deep.equal([["size", "subdomain"], []]);
    const [, replaces] = await diff(found.getProperties(), { ...asWritten, zone: "eu-west-1" });
    expect(replaces).to.deep.equal(["zone"]);
    local.journal.clear();
    const update = new messages.UpdateRequest().setUrn(urn).setId(id).setOlds(found.getProperties());
    const written = (await plugin.update(update.setNews(writeProperties(asWritten, [])))).getProperties();
    expect(local.journal.count()).to.equal(0);
    expect(await diff(written, asWritten)).to.deep.equal([[], []]);
    expect(await diff(written, { ...asWritten, size: "small" })).to.deep.equal([["size"], ["size"]]);
  });

  it("keep a secret argument of a function out of the message when the function fails", async () => {
    const args = writeProperties({ name: "orders-of-a-secret-customer" }, ["name"]);
    const request = new messages.InvokeRequest().setTok("dgraphcloud:index:getBackend").setArgs(args);
    const failure: unknown = await plugin.invoke(request).catch((error: unknown) => error);
    expect((failure as Error).message)
      .to.contain('name "[secret]"')
      .and.not.contain("customer");
  });

  it("accept the first value of what the service does not report of a protected backend only if it was imported", async () => {
    const protectedInputs = { ...inputs, name: "orders", deletionProtection: true };
    const written = writeProperties(protectedInputs, []);
    const refused = async (id: string, state: Struct | undefined, news: Values): Promise<string> => {
      const check = new messages.CheckRequest().setUrn(urnOf("orders")).setOlds(written);
      const checked = await plugin.check(check.setNews(writeProperties({ ...protectedInputs, ...news }, [])));
      const [failure] = checked.getFailuresList();
      if (failure !== undefined) return failure.getReason();
      const diff = new messages.DiffRequest().setUrn(urnOf("orders")).setId(id).setOlds(state);
      const refusal: unknown = await plugin.diff(diff.setNews(checked.getInputs())).catch((error: unknown) => error);
      return refusal instanceof Error ? refusal.message : "";
    };
    const made = await plugin.create(
      new messages.CreateRequest().setUrn(urnOf("orders")).setProperties(writeProperties(protectedInputs, [])),
    );
    expect(await refused(made.getId(), made.getProperties(), { size: "large" })).to.contain("DGC304");
    const found = await plugin.read(new messages.ReadRequest().setUrn(urnOf("orders")).setId(made.getId()));
    const update = new messages.UpdateRequest().setUrn(urnOf("orders")).setId(made.getId()).setNews(written);
    const imported = (await plugin.update(update.setOlds(found.getProperties()))).getProperties();
    expect(await refused(made.getId(), imported, { size: "large" })).to.equal("");
    expect(await refused(made.getId(), imported, { zone: "eu-west-1" })).to.contain("deletionProtection is on");
  });

  it("configure a process for one account only, also where a debugger lets several Providers share it", () => {
    const configure = (email: string): unknown =>
      plugin.configure(new messages.ConfigureRequest().setArgs(writeProperties({ ...settings, email }, [])));
    configure(settings.email);
    expect(() => configure("other@example.com")).to.throw("PULUMI_DEBUG_PROVIDERS");
  });

  it("refuse a backend that was imported twice at once, instead of deleting it with one of its two resources", async () => {
    const [account] = local.accounts;
    const { uid: id } = await local.cloud.createDeployment(account!, { ...inputs, name: "orders" });
    const imported = (name: string): Promise<messages.ReadResponse> =>
      plugin.read(new messages.ReadRequest().setUrn(urnOf(name)).setId(id));
    const [one, two] = await Promise.all([imported("one"), imported("two")]);
    const diff = (name: string, found: messages.ReadResponse): Promise<unknown> => {
      const request = new messages.DiffRequest().setUrn(urnOf(name)).setId(id);
      return plugin.diff(request.setOlds(found.getProperties()).setNews(found.getInputs()));
    };
    await diff("one", one);
    const refusal: unknown = await diff("two", two).catch((error: unknown) => error);
    expect((refusal as Error | undefined)?.message).to.contain("DGC305");
  });

  it("record a change whose answer a cancelled run has not awaited, so that the next run sends it again", async () => {
    const made = await created("orders");
    local.faults.add({ operation: "updateDeployment", fault: { kind: "slow", ms: 2_000 } });
    const news = writeProperties({ ...(await checked("orders")), name: "renamed" }, []);
    const request = new messages.UpdateRequest().setUrn(urnOf("orders")).setId(made.getId());
    const updated = plugin.update(request.setOlds(made.getProperties()).setNews(news)).catch((error: unknown) => error);
    await waitUntil(() => local.journal.acted("updateDeployment") === 1, { tries: 100, everyMs: 10 });
    const reason = { code: "DGC212", why: "the run was cancelled.", next: "Run pulumi up again." } as const;
    cancelled.abort(new CancelledError(reason));
    const { detail } = (await updated) as { readonly detail?: ErrorResourceInitFailed };
    const state = metadataIn(readProperties(detail?.getProperties()).values);
    expect(state).to.deep.include({ status: "pending", unclear: ["name"] });
  });

  it("may name a resource with colons", async () => {
    expect((await checked("shop::orders"))["name"]).to.match(/^shop::orders-[0-9a-f]{7}$/);
  });

  it("delete a backend that a program in another language looks up as well", async () => {
    const made = await created("orders");
    const lookUp = (state: Values): Promise<messages.ReadResponse> => {
      const request = new messages.ReadRequest().setUrn(urnOf("same")).setId(made.getId());
      return plugin.read(request.setProperties(writeProperties(state, [])));
    };
    const found = await lookUp({});
    const refreshed = await lookUp(readProperties(found.getProperties()).values);
    expect(readProperties(refreshed.getInputs()).values).to.deep.equal({});
    const properties = made.getProperties();
    await plugin.delete(
      new messages.DeleteRequest().setUrn(urnOf("orders")).setId(made.getId()).setProperties(properties),
    );
    expect(local.cloud.all()).to.deep.equal([]);
  });
});
