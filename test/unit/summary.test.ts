import { expect } from "chai";
import type { AtStake } from "../../cli/summary/atStake/text";
import type { Finding } from "../../cli/summary/findings/finding";
import { headlineOf, type Summary, summaryOf } from "../../cli/summary/summary";
import { readPreview } from "../../cli/summary/preview";
import { diagnostic, digest, refreshDigest, step, urnOf } from "../harness/previews";

const plan = { name: "orders", zone: "us-east-1", deploymentType: "dedicated" };
const moved = { ...plan, zone: "eu-west-1" };
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const backendUrn = urnOf({});
const request = { kind: "RestoreRequest", name: "copy-request" };
const completion = { kind: "RestoreCompletion", name: "copy-completion" };
const drop = { kind: "DataDrop", name: "wipe" };
const schema = { kind: "GraphqlSchema", name: "orders-schema" };
const replacedBackend = step("replace", { old: plan, next: moved, diff: ["zone"], replace: ["zone"] });

const of = (text: string): Promise<Summary> => summaryOf(readPreview(text));

async function only(...steps: readonly object[]): Promise<Finding> {
  const { destroyed, others } = await of(digest(steps));
  const [finding, ...more] = [...destroyed, ...others];
  expect(more.map(({ what }) => what)).to.deep.equal([]);
  if (finding === undefined) throw new Error("nothing was found");
  return finding;
}

describe("the summary of a preview: backends", () => {
  it("says which change replaces one, with the values", async () => {
    const { destroys, what, data } = await only(replacedBackend);
    expect(destroys).to.equal("replace");
    expect(what).to.contain('because of a change of zone ("us-east-1" → "eu-west-1")');
    expect(what).to.contain("the old one is deleted with its data and its schema");
    expect(data).to.deep.equal({ uid: "0x42" });
  });

  it("says that another one is taken over in place of the replaced one", async () => {
    const taken = { old: plan, next: { ...moved, adoptUid: "0x77" }, diff: ["zone"], replace: ["zone"] };
    const { destroys, what } = await only(step("replace", taken));
    expect(destroys).to.equal("replace");
    expect(what).to.match(/^is replaced by the backend 0x77, with the data that it has, because of a change of zone/);
    const maybe = { old: plan, next: { ...moved, adoptExisting: true }, diff: ["zone"], replace: ["zone"] };
    expect((await only(step("replace", maybe))).what).to.match(
      /^is replaced by a new, empty one, or by one .*\(adoptExisting\), because/,
    );
  });

  it("says that the engine was told to replace one", async () => {
    const { destroys, what } = await only(step("replace", { old: plan, next: plan, replace: ["id"] }));
    expect(destroys).to.equal("replace");
    expect(what).to.contain("since the engine was told to replace it");
  });

  it("knows the steps of --show-replacement-steps as one replace", async () => {
    const parts = { old: plan, next: moved, diff: ["zone"], replace: ["zone"] };
    const found = await only(
      step("create-replacement", parts),
      step("replace", parts),
      step("delete-replaced", { old: plan }),
    );
    expect(found.destroys).to.equal("replace");
    const alone = await only(step("create-replacement", parts), step("delete-replaced", { old: plan }));
    expect(alone).to.include({ destroys: "replace" });
  });

  it("tells what an earlier replace could not delete from what is replaced now", async () => {
    const parts = { old: plan, next: moved, diff: ["zone"], replace: ["zone"] };
    const steps = [
      step("create-replacement", parts),
      step("replace", parts),
      step("delete-replaced", { old: plan, id: "0x41" }),
      step("delete-replaced", { old: plan }),
    ];
    const { destroyed } = await of(digest(steps));
    expect(destroyed.map(({ destroys, data }) => [destroys, data?.uid])).to.deep.equal([
      ["delete", "0x41"],
      ["replace", "0x42"],
    ]);
  });

  it("counts what an earlier replace could not delete as a delete", async () => {
    const { destroys, what } = await only(step("delete-replaced", { old: plan }));
    expect(destroys).to.equal("delete");
    expect(what).to.equal("is deleted with its data and its schema: an earlier replace could not delete it");
  });

  it("takes a deleted one for lost, unless it stays in the service", async () => {
    expect(await only(step("delete", { old: plan }))).to.include({ destroys: "delete" });
    const kept = await only(step("delete", { old: plan, oldOptions: { retainOnDelete: true } }));
    expect(kept).not.to.have.property("destroys");
    expect(kept.what).to.contain("stays in the service with its data");
    const replaced = {
      old: plan,
      next: moved,
      diff: ["zone"],
      replace: ["zone"],
      oldOptions: { retainOnDelete: true },
    };
    const found = await only(step("replace", replaced));
    expect(found).to.include({ destroys: "replace" }).and.not.to.have.property("data");
    expect(found.what).to.contain("the old one leaves the stack, and stays in the service");
  });

  it("says that a protected one is refused", async () => {
    const refused = "It is protected, so pulumi up refuses this.";
    expect((await only(step("delete", { old: plan, oldOptions: { protect: true } }))).details).to.include(refused);
    const own = step("delete", { old: plan, outputs: { deletionProtection: true } });
    expect((await only(own)).details).to.include(refused);
    expect((await only(step("delete", { old: plan }))).details).to.deep.equal([]);
  });

  it("marks a protection that goes", async () => {
    const off = { old: plan, outputs: { deletionProtection: true }, next: { ...plan, deletionProtection: false } };
    const found = await only(step("update", { ...off, diff: ["deletionProtection"] }));
    expect(found).to.include({ warning: true }).and.not.to.have.property("destroys");
    expect(found.details.join()).to.contain("loses its protection (deletionProtection)");
    const option = await only(step("same", { old: plan, next: plan, oldOptions: { protect: true } }));
    expect(option.details.join()).to.contain("loses its protection (the option protect)");
  });

  it("names the changed inputs of an update, and no value that may hold a secret", async () => {
    const next = { ...plan, name: "sales", lambdaScript: "const password = 'in-the-script'" };
    const { what } = await only(step("update", { old: plan, next, diff: ["lambdaScript", "name", "__hidden"] }));
    expect(what).to.equal('is updated: lambdaScript, name ("orders" → "sales")');
  });

  it("hides values that are secret or not known yet", async () => {
    const next = { ...plan, name: "[secret]", subdomain: unknown };
    const { what } = await only(step("update", { old: plan, next, diff: ["name", "subdomain"] }));
    expect(what).to.equal('is updated: name ("orders" → …), subdomain');
  });

  it("says what a create may take over", async () => {
    const adopted = await only(step("create", { next: { ...plan, adoptUid: "0x77" } }));
    expect(adopted.what).to.contain("takes over the backend 0x77");
    const existing = await only(step("create", { next: { ...plan, adoptExisting: true } }));
    expect(existing.what).to.contain("takes over the one of the same name");
    expect((await only(step("create", { next: plan }))).what).to.equal("is created");
  });

  it("says that an unfinished one goes on", async () => {
    const { what } = await only(step("update", { old: plan, next: plan, oldOptions: { initErrors: ["not ready"] } }));
    expect(what).to.equal("goes on where the last run stopped");
  });
});

describe("the summary of a preview: restores and data drops", () => {
  const words =
    'will erase all data of the backend "orders" (0x42). It runs again because of a change of triggers ("release")';
  const wiped = { backend: "0x42", __backend: backendUrn, allData: true };

  it("repeats what the provider said about one that runs", async () => {
    const again = step("replace", {
      ...drop,
      old: wiped,
      next: wiped,
      diff: ["triggers.release"],
      replace: ["triggers"],
    });
    const said = [diagnostic("warning", words, drop), diagnostic("info", "its backend is protected", drop)];
    const { destroyed } = await of(digest([again], { diagnostics: said }));
    expect(destroyed.map(({ destroys, what, data }) => ({ destroys, what, data }))).to.deep.equal([
      { destroys: "drop", what: words, data: { uid: "0x42" } },
    ]);
  });

  it("says it in its own words if the provider said nothing", async () => {
    const again = { old: wiped, next: wiped, diff: ["triggers.release"], replace: ["triggers"] };
    const found = await only(step("replace", { ...drop, ...again }));
    expect(found.what).to.equal(
      "will erase all data of the backend 0x42. It runs again because of a change of triggers.release",
    );
    const first = await only(step("create", { ...request, next: { target: "0x42", source: "0x43" } }));
    expect(first.what).to.equal("will replace all data and the schema of the backend 0x42. This is a first run");
    expect(first.destroys).to.equal("restore");
  });

  it("loses nothing on a backend that the same preview creates, unless it may take one over", async () => {
    const onNew = { ...drop, next: { ...wiped, backend: unknown } };
    const backend = (more: object): object => step("create", { next: { ...plan, ...more } });
    const losses = async (more: object): Promise<number> =>
      (await of(digest([backend(more), step("create", onNew)]))).destroyed.length;
    expect(await losses({})).to.equal(0);
    expect(await losses({ adoptUid: "0x42" })).to.equal(1);
    expect(await losses({ adoptExisting: true })).to.equal(1);
    expect(await losses({ adoptExisting: unknown }), "not known yet").to.equal(1);
    expect(await losses({ adoptExisting: false })).to.equal(0);
  });

  it("loses the data of a backend that the same preview only changes", async () => {
    const renamed = step("update", { old: plan, next: { ...plan, name: "sales" }, diff: ["name"] });
    const { destroyed } = await of(digest([renamed, step("create", { ...drop, next: wiped })]));
    expect(destroyed.map(({ destroys }) => destroys)).to.deep.equal(["drop"]);
  });

  it("loses nothing on a backend that is created beside a leftover of an earlier one", async () => {
    const steps = [
      step("create", { next: plan }),
      step("create", { ...drop, next: { ...wiped, backend: unknown } }),
      step("delete-replaced", { old: plan, id: "0x41" }),
    ];
    const { destroyed } = await of(digest(steps));
    expect(destroyed.map(({ destroys, data }) => [destroys, data?.uid])).to.deep.equal([["delete", "0x41"]]);
  });

  it("knows an unfinished drop also where its record is secret", async () => {
    const half = { backend: "0x42", types: ["Order"] };
    const hidden = { old: half, next: half, outputs: { __state: "[secret]" }, oldOptions: { initErrors: ["failed"] } };
    expect(await only(step("update", { ...drop, ...hidden }))).to.include({ destroys: "drop" });
  });

  it("loses only the replaced backend itself, and nothing more on the new one", async () => {
    const onNew = step("replace", { ...drop, old: wiped, next: { ...wiped, backend: unknown }, replace: ["backend"] });
    const { destroyed } = await of(digest([replacedBackend, onNew]));
    expect(destroyed.map(({ destroys }) => destroys)).to.deep.equal(["replace"]);
  });

  it("takes a restore that was sent before for a wait", async () => {
    const resumed = { target: "0x42", source: "0x43", resumeRestoreId: 7 };
    expect(await only(step("create", { ...request, next: resumed }))).not.to.have.property("destroys");
  });

  it("takes nothing for a wait that may still send a restore", async () => {
    for (const resumeRestoreId of [unknown, null]) {
      const later = { target: "0x42", source: "0x43", resumeRestoreId };
      expect(await only(step("create", { ...request, next: later }))).to.include({ destroys: "restore" });
    }
  });

  it("tells that the names of a drop are secret, without an end of the summary", async () => {
    for (const names of [{ types: "[secret]" }, { types: ["[secret]"] }, { fields: "[secret]" }]) {
      const found = await only(step("create", { ...drop, next: { backend: "0x42", ...names } }));
      expect(found).to.include({ destroys: "drop" });
      expect(found.what).to.contain("will erase").and.to.contain("of the backend 0x42");
    }
  });

  it("knows a drop whose second half has not run", async () => {
    const half = { backend: "0x42", types: ["Order"], fields: ["Product.price"] };
    // The second is the form of earlier versions.
    for (const stored of [JSON.stringify, (record: object) => record]) {
      const pending = { __state: stored({ status: "pending", done: ["types"] }) };
      expect(await only(step("update", { ...drop, old: half, outputs: pending, next: half }))).to.include({
        destroys: "drop",
      });
      const ready = { __state: stored({ status: "ready", done: ["types", "fields"] }) };
      expect(await only(step("update", { ...drop, old: half, outputs: ready, next: half }))).not.to.have.property(
        "destroys",
      );
    }
  });

  it("tells which types a drop erases", async () => {
    const types = await only(step("create", { ...drop, next: { backend: "0x42", types: ["Order"], fields: ["A.b"] } }));
    expect(types.data).to.deep.equal({ uid: "0x42", types: ["Order"] });
    const fields = await only(step("create", { ...drop, next: { backend: "0x42", fields: ["A.b"] } }));
    expect(fields).to.include({ destroys: "drop" }).and.not.to.have.property("data");
  });

  it("shows a Restore once, although it is two resources", async () => {
    const values = { target: "0x42", source: "0x43" };
    const both = [
      step("create", { ...request, next: values }),
      step("create", { ...completion, next: { target: "0x42" } }),
    ];
    expect((await of(digest(both))).destroyed).to.have.length(1);
    expect((await of(digest(both))).others).to.have.length(0);
    const wait = await only(step("create", { ...completion, next: { target: "0x42" } }));
    expect(wait.what).to.equal("waits for the end of its restore");
  });

  it("loses nothing with the record of an action", async () => {
    for (const kind of [request, completion, drop]) {
      expect(await only(step("delete", { ...kind, old: wiped }))).not.to.have.property("destroys");
      expect(await only(step("update", { ...kind, old: wiped, next: wiped }))).not.to.have.property("destroys");
    }
  });
});

describe("the summary of a preview: a cluster", () => {
  const id = "3f2a6f0e-1111-4222-8333-444455556666";
  const host = "dgraph.example.com";
  const backup = { kind: "Backup", name: "nightly", id: `${id}/backup/2026-11-27T10:00:00.000Z` };
  const taken = { destination: "/backups", triggers: { night: 1 } };
  const erased = { allData: true };
  const again = { diff: ["triggers.night"], replace: ["triggers"] };

  it("names it by the id in the state", async () => {
    const outputs = { backend: id };
    const found = await only(step("replace", { ...drop, old: erased, outputs, next: erased, ...again }));
    expect(found.what).to.equal(
      `will erase all data of the cluster ${id}. It runs again because of a change of triggers.night`,
    );
    expect(found).to.deep.include({ destroys: "drop", data: { uid: id } });
    const restored = { old: { location: "/backups" }, outputs: { target: id }, next: { location: "/backups" } };
    expect(await only(step("replace", { ...request, ...restored, ...again }))).to.deep.include({
      ...{ destroys: "restore", data: { uid: id } },
      what: `will replace all data and the schema of the cluster ${id}. It runs again because of a change of triggers.night`,
    });
  });

  it("names it in a first run as confirm does, if it does", async () => {
    const confirmed = await only(step("create", { ...drop, next: { ...erased, confirm: host } }));
    expect(confirmed.what).to.equal(`will erase all data of the cluster ${host}. This is a first run`);
    expect(confirmed.data).to.deep.equal({ uid: host });
    const unnamed = await only(step("create", { ...request, next: { location: "/backups" } }));
    expect(unnamed).to.include({
      ...{ destroys: "restore", what: "will replace all data and the schema of the cluster. This is a first run" },
    });
    for (const confirm of [undefined, "[secret]", unknown]) {
      const found = await only(step("create", { ...request, next: { location: "/backups", confirm } }));
      expect(found).not.to.have.property("data");
    }
  });

  it("still does not take a backend that is not known yet for a cluster", async () => {
    const { what } = await only(step("create", { ...drop, next: { ...erased, backend: unknown } }));
    expect(what).to.contain("a backend that is not known yet");
  });

  it("finds nothing lost in a Backup, whatever happens to its record", async () => {
    const whatOf = async (made: object): Promise<string> => {
      const found = await only(made);
      expect(found).not.to.have.property("destroys");
      return found.what;
    };
    expect(await whatOf(step("create", { ...backup, next: taken }))).to.equal("is taken");
    expect(await whatOf(step("replace", { ...backup, old: taken, next: taken, ...again }))).to.equal(
      "is taken again, and the files of the earlier one stay. It runs again because of a change of triggers.night",
    );
    expect(await whatOf(step("delete", { ...backup, old: taken }))).to.equal("leaves the state; its files stay");
    const full = { old: taken, next: { ...taken, full: true }, diff: ["full"] };
    expect(await whatOf(step("update", { ...backup, ...full }))).to.equal("changes in the state only");
    const unfinished = { old: taken, next: taken, oldOptions: { initErrors: ["not finished"] } };
    expect(await whatOf(step("update", { ...backup, ...unfinished }))).to.equal("goes on where the last run stopped");
  });

  it("has the id of a schema for the changes of its text, and says where a deleted one stays", async () => {
    const [before, after] = ["type A { name: String age: Int }", "type A { name: String }"];
    const changed = { old: { schema: before }, next: { schema: after, allow: ["A.age"] }, diff: ["schema"], id };
    const { destroys, data } = await only(step("update", { ...schema, ...changed }));
    expect([destroys, data?.uid]).to.deep.equal(["schema", id]);
    const gone = await only(step("delete", { ...schema, id, old: { schema: before } }));
    expect(gone.what).to.equal("leaves the state; the schema stays on its cluster");
    expect((await only(step("delete", { ...schema, old: { schema: before } }))).what).to.contain(
      "stays on its backend",
    );
  });

  it("counts its nodes once, by whichever name the resources call it", async () => {
    const first = step("create", { ...drop, next: { ...erased, confirm: host } });
    const old = { old: { location: "/b" }, outputs: { target: id }, next: { location: "/b" } };
    const steps = [first, step("replace", { ...request, ...old, ...again })];
    const nodes = [{ type: "A", stored: "A", count: 4 }];
    const stake: AtStake = { nodes, total: 4, counted: "all", newestBackup: undefined, unknown: [] };
    const stakes = {
      backends: new Map([
        [id, stake],
        [host, stake],
      ]),
      changes: new Map(),
    };
    const summary = await summaryOf(readPreview(digest(steps)), () => Promise.resolve(stakes));
    expect(headlineOf(summary)).to.contain("; 4 nodes are lost");
  });
});

describe("the summary of a preview: schemas", () => {
  const before = "type User { id: ID! name: String email: String }";
  const base = { backend: "0x42", __backend: backendUrn, schema: before };
  const changed = (more: object, diff: readonly string[] = ["schema"]): object =>
    step("update", { ...schema, old: base, next: { ...base, ...more }, diff });

  it("grades the changes, the worst first, and counts the others", async () => {
    const found = await only(changed({ schema: "type User { id: ID! name: String age: Int }", allow: ["User.email"] }));
    expect(found.destroys).to.equal("schema");
    expect(found.what).to.equal("has changes that need consent: hides data: User.email");
    expect(found.details).to.deep.equal(["Besides: additive: User.age"]);
    expect(found.data?.changes?.map(({ grade, path }) => [grade, path])).to.deep.equal([["HIDES_DATA", "User.email"]]);
  });

  it("loses nothing with what is only added", async () => {
    const found = await only(changed({ schema: before.replace("}", "age: Int }") }));
    expect(found).not.to.have.property("destroys");
    expect(found.what).to.equal("is updated: additive: User.age");
  });

  it("tells a text that is sent again from a new schema", async () => {
    const again = await only(changed({ triggers: { restored: "now" } }, ["triggers.restored"]));
    expect(again.what).to.equal("is sent again (triggers)");
    const comment = await only(changed({ schema: `${before}\n# a comment` }));
    expect(comment.what).to.equal("is sent again: only the text differs");
    expect((await only(changed({ allow: ["*"] }, ["allow"]))).what).to.equal("changes in the state only");
  });

  it("sees a change of the authorization, which the preview hides", async () => {
    const secret = step("update", {
      ...schema,
      old: { ...base, authorization: "[secret]" },
      next: { ...base, authorization: "[secret]", allow: ["*"] },
      diff: ["authorization.verificationKey"],
    });
    const found = await only(secret);
    expect(found.what).to.equal("has changes that need consent: security: Dgraph.Authorization");
    const removed = step("update", {
      ...schema,
      old: { ...base, authorization: "[secret]" },
      next: base,
      diff: ["authorization"],
    });
    expect((await only(removed)).data?.changes?.[0]?.description).to.contain("removed");
  });

  it("takes the grades of a secret schema from what the provider said", async () => {
    const secret = step("update", {
      ...schema,
      old: { ...base, schema: "[secret]" },
      next: { ...base, schema: "[secret]" },
      diff: ["schema"],
    });
    const said = [
      "hides data: User.email: field removed: its values stay, and nothing can read them",
      "and 2 more: hides data",
      "additive: User.age: field added",
    ];
    const diagnostics = said.map((line) => diagnostic("info", line, schema));
    const { destroyed } = await of(digest([secret], { diagnostics }));
    expect(destroyed.map(({ what }) => what)).to.deep.equal([
      "has changes that need consent: hides data: User.email, 2 more",
    ]);
    const silent = await only(secret);
    expect(silent).to.include({ isUnknown: true }).and.not.to.have.property("destroys");
  });

  it("counts consent to changes that are not known yet as a loss", async () => {
    const later = { schema: unknown };
    expect(await only(changed(later)))
      .to.include({ isUnknown: true })
      .and.not.to.have.property("destroys");
    const consented = await only(changed({ ...later, allow: ["User"] }));
    expect(consented).to.include({ destroys: "schema" });
    expect(consented.what).to.contain("consent to lose User");
  });

  describe("that an earlier run did not finish", () => {
    const after = { ...base, schema: "type User { id: ID! name: String }", allow: ["User.email"] };
    // The engine has stored the inputs of the run that failed, so they do not differ.
    const unfinished = (inputs: object): object =>
      step("update", { ...schema, old: { ...inputs }, next: { ...inputs }, oldOptions: { initErrors: ["not ready"] } });
    const findings = async (inputs: object, ...said: readonly string[]): Promise<readonly Finding[]> => {
      const diagnostics = said.map((line) => diagnostic("info", line, schema));
      const { destroyed, others } = await of(digest([unfinished(inputs)], { diagnostics }));
      return [...destroyed, ...others];
    };

    it("loses what the provider says that it still loses", async () => {
      const [found] = await findings(after, "hides data: User.email: field removed");
      expect(found).to.include({ destroys: "schema", what: "has changes that need consent: hides data: User.email" });
    });

    it("loses what it has consent to lose, if the provider says nothing", async () => {
      const [found] = await findings(after);
      expect(found).to.include({ destroys: "schema" });
      expect(found?.what).to.contain("with consent to lose User.email");
    });

    it("goes on, without consent", async () => {
      const [found] = await findings(base);
      expect(found).to.include({ what: "goes on where the last run stopped" }).and.not.to.have.property("destroys");
      const [added] = await findings(base, "additive: User.age: field added");
      expect(added).to.include({ what: "is updated: additive: User.age" }).and.not.to.have.property("destroys");
    });
  });

  it("counts consent that is not known yet, or a secret, as consent", async () => {
    const all = await only(step("create", { ...schema, next: { ...base, allow: ["*"] } }));
    expect(all.what).to.contain("with consent to lose anything of the schema that is live");
    for (const allow of [unknown, "[secret]", [unknown], ["[secret]"]]) {
      const first = await only(step("create", { ...schema, next: { ...base, allow } }));
      expect(first).to.include({ destroys: "schema" });
      expect(first.what).to.contain("with consent to lose paths that are not known yet or secret");
    }
    const none = await only(step("create", { ...schema, next: { ...base, allow: [] } }));
    expect(none).not.to.have.property("destroys");
  });

  it("leaves a first one to pulumi up, unless it has consent already", async () => {
    const first = (more: object): object => step("create", { ...schema, next: { ...base, ...more } });
    expect(await only(first({}))).not.to.have.property("destroys");
    expect(await only(first({ allow: ["User"] }))).to.include({ destroys: "schema" });
    const { destroyed } = await of(digest([step("create", { next: plan }), first({ allow: ["User"] })]));
    expect(destroyed, "on a new backend").to.deep.equal([]);
  });
});

describe("the summary of a preview: the rest", () => {
  const bucket = { type: "aws:s3/bucket:Bucket", name: "logs" };

  it("counts deleted and replaced resources of other packages, without their values", async () => {
    const found = await only(
      step("replace", { ...bucket, old: { acl: "a" }, next: { acl: "b" }, diff: ['acl["the-key"]'], replace: ["acl"] }),
    );
    expect(found).to.include({ destroys: "replace", what: "is replaced: acl" });
    expect(await only(step("delete", { ...bucket, old: {} }))).to.include({ destroys: "delete" });
    const kept = step("delete", { ...bucket, old: {}, oldOptions: { retainOnDelete: true } });
    expect(await only(kept)).not.to.have.property("destroys");
    const updated = await only(
      step("update", { ...bucket, old: {}, next: {}, diff: ['tags["a-secret-key"]', "tags.b"] }),
    );
    expect(updated.what).to.equal("is updated: tags");
  });

  it("takes a provider for a configuration", async () => {
    const provider = { type: "pulumi:providers:aws", name: "default" };
    expect(await only(step("delete", { ...provider, old: {} }))).not.to.have.property("destroys");
  });

  it("leaves out components, the stack itself, and what is only read", async () => {
    const component = { op: "delete", urn: urnOf({ type: "my:index:Shop" }), oldState: { type: "my:index:Shop" } };
    const read = step("read", { ...bucket, next: {} });
    const { destroyed, others } = await of(digest([component, read, step("discard", { ...bucket, old: {} })]));
    expect([...destroyed, ...others]).to.deep.equal([]);
  });

  it("judges an operation that it does not know by what it leaves", async () => {
    expect(await only(step("evaporate", { ...bucket, old: {} }))).to.include({ destroys: "delete" });
    const swapped = step("swap", { ...bucket, old: {}, next: {}, replace: ["acl"] });
    expect(await only(swapped)).to.include({ destroys: "replace" });
    const other = await only(step("evolve", { ...bucket, old: {}, next: {} }));
    expect(other).to.include({ isUnknown: true, warning: true }).and.not.to.have.property("destroys");
    expect(other.what).to.contain('"evolve"');
    const ours = await only(step("evolve", { old: plan, next: plan }));
    expect(ours.what).to.contain('"evolve"');
  });

  it("puts what is lost in order: deletes, replaces, restores, drops, schemas; ours before others", async () => {
    const { destroyed } = await of(
      digest([
        step("create", { ...drop, next: { backend: "0x42", allData: true } }),
        step("delete", { ...bucket, old: {} }),
        step("create", { ...request, next: { target: "0x42" } }),
        replacedBackend,
        step("delete", { name: "users", old: plan }),
      ]),
    );
    expect(destroyed.map(({ destroys, plan: { urn } }) => [destroys, urn.split("::").at(-1)])).to.deep.equal([
      ["delete", "users"],
      ["delete", "logs"],
      ["replace", "orders"],
      ["restore", "copy-request"],
      ["drop", "wipe"],
    ]);
  });
});

describe("the summary of a preview: drift", () => {
  const renamed = { old: plan, next: { ...plan, name: "by-hand" }, diff: ["name"] };
  const headline = async (text: string): Promise<string> => headlineOf(await of(text));

  it("tells what a refresh found from what is planned", async () => {
    const text = refreshDigest([step("update", renamed), step("delete", { name: "users", old: plan })]);
    const { destroyed, others } = await of(text);
    expect(destroyed).to.deep.equal([]);
    expect(others.map(({ what }) => what)).to.deep.equal([
      "was changed outside of this program: name",
      "no longer exists: somebody has deleted it outside of this program",
    ]);
    expect(await headline(text)).to.equal(
      'shop/dev: Backend "users" no longer exists; 1 resource was changed outside of this program',
    );
  });

  it("knows what a refresh found also where it reads the stack last", async () => {
    const { steps } = JSON.parse(refreshDigest([step("delete", { old: plan })])) as { steps: object[] };
    const other = step("refresh", { name: "users", old: plan, next: plan });
    const text = JSON.stringify({ steps: [other, ...steps], duration: 1 });
    expect((await of(text)).destroyed).to.deep.equal([]);
  });

  it("takes the delete of a program for a delete, also behind a refresh", async () => {
    const refresh = [step("refresh", { old: plan, next: plan })];
    const { destroyed } = await of(digest([step("delete", { old: plan })], { refresh }));
    expect(destroyed.map(({ destroys }) => destroys)).to.deep.equal(["delete"]);
    // A destroy ends with the stack.
    const both = JSON.stringify({ steps: [...refresh, step("delete", { old: plan })], duration: 1 });
    expect((await of(both)).destroyed.map(({ destroys }) => destroys)).to.deep.equal(["delete"]);
  });

  it("takes an update under a new name for a plan, although the refresh saw the old name", async () => {
    const refresh = [step("refresh", { name: "former", old: plan, next: plan })];
    const { others } = await of(digest([step("update", renamed)], { refresh }));
    expect(others.map(({ plan: { drift } }) => drift)).to.deep.equal([false]);
  });

  it("takes what a targeted program does for a plan: there the stack comes once", async () => {
    const erase = step("create", { ...drop, next: { backend: "0x42", allData: true } });
    const { steps } = JSON.parse(digest([erase])) as { steps: object[] };
    const targeted = JSON.stringify({ steps: [step("refresh", { old: plan, next: plan }), ...steps], duration: 1 });
    expect((await of(targeted)).destroyed.map(({ destroys }) => destroys)).to.deep.equal(["drop"]);
  });

  it("takes nothing that a program creates or deletes for drift, where it runs during the refresh", async () => {
    const erase = step("create", { ...drop, next: { backend: "0x42", allData: true } });
    const refresh = step("refresh", { old: plan, next: plan });
    const { destroyed } = await of(digest([refresh, step("delete", { name: "users", old: plan }), erase]));
    expect(destroyed.map(({ destroys }) => destroys)).to.deep.equal(["delete", "drop"]);
  });

  it("says that a backend which is created again is gone", async () => {
    const refresh = [step("refresh", { old: plan, next: plan })];
    const text = digest([step("create", { next: plan })], { refresh });
    expect((await of(text)).others.map(({ what }) => what)).to.deep.equal([
      "no longer exists (0x42): a new, empty one is created",
    ]);
    expect(await headline(text)).to.equal(
      'shop/dev: 1 change, nothing is destroyed; Backend "orders" no longer exists',
    );
  });
});

describe("the summary of a preview: its headline", () => {
  const headline = async (steps: readonly object[], more = {}): Promise<string> =>
    headlineOf(await of(digest(steps, more)));
  const deleted = (name: string): object => step("delete", { name, old: plan });

  it("names what is lost", async () => {
    expect(await headline([replacedBackend])).to.equal('shop/dev: Backend "orders" is replaced without its data');
    expect(await headline(["a", "b", "c", "d"].map(deleted))).to.equal(
      'shop/dev: 4 backends are deleted with their data ("a", "b", "c", …)',
    );
    const buckets = ["a", "b"].map((name) => step("delete", { type: "aws:s3/bucket:Bucket", name, old: {} }));
    expect(await headline([deleted("a"), ...buckets])).to.equal(
      'shop/dev: Backend "a" is deleted with its data; 2 other resources are deleted',
    );
  });

  it("counts the losses of several kinds", async () => {
    const erase = step("create", { ...drop, next: { backend: "0x42", allData: true } });
    expect(await headline([deleted("a"), deleted("b"), erase])).to.equal(
      "shop/dev: 2 backends are deleted with their data; 1 data drop erases data",
    );
  });

  it("says that nothing changes, or that nothing is lost", async () => {
    expect(await headline([])).to.equal("shop/dev: no changes");
    expect(await headline([step("create", { next: plan })])).to.equal("shop/dev: 1 change, nothing is destroyed");
  });

  it("does not say that nothing is lost when it cannot tell", async () => {
    const odd = step("evolve", { old: plan, next: plan });
    expect(await headline([odd])).to.equal("shop/dev: 1 change, of which this version does not know what 1 does");
  });

  it("says that the preview failed, and what it had planned", async () => {
    const refused = { diagnostics: [diagnostic("error", "boom")] };
    expect(await headline([], refused)).to.equal("shop/dev: the preview failed");
    expect(await headline([replacedBackend], refused)).to.equal(
      'shop/dev: the preview failed; it planned: Backend "orders" is replaced without its data',
    );
    expect(await headline([], { failed: true }), "without an end").to.equal("shop/dev: the preview failed");
  });

  describe("with numbers", () => {
    const stakes = (
      nodes: Readonly<Record<string, number>> | undefined,
      counted: AtStake["counted"] = nodes && "all",
    ): AtStake => {
      const types = nodes && Object.entries(nodes).map(([type, count]) => ({ type, stored: type, count }));
      const total = types?.reduce((sum, { count }) => sum + count, 0);
      return { nodes: types, total, counted, newestBackup: null, unknown: [] };
    };
    const withStakes = async (
      steps: readonly object[],
      backends: Readonly<Record<string, AtStake>>,
    ): Promise<string> => {
      const ask = () => Promise.resolve({ backends: new Map(Object.entries(backends)), changes: new Map() });
      return headlineOf(await summaryOf(readPreview(digest(steps)), ask));
    };

    it("counts the nodes of each backend once", async () => {
      const erase = step("create", { ...drop, next: { backend: "0x42", allData: true } });
      const both = await withStakes([step("delete", { old: plan }), erase], {
        "0x42": stakes({ Order: 1000, Product: 204 }),
      });
      expect(both).to.match(/; 1,204 nodes are lost$/);
    });

    it("counts only the types of a drop of types", async () => {
      const erase = step("create", { ...drop, next: { backend: "0x42", types: ["Order"] } });
      expect(await withStakes([erase], { "0x42": stakes({ Order: 1, Product: 204 }) })).to.match(/; 1 node is lost$/);
    });

    it("does not take a type that cannot be counted for one without nodes", async () => {
      const erase = (types: readonly string[]): object => step("create", { ...drop, next: { backend: "0x42", types } });
      const stake = { "0x42": stakes({ Order: 1, Product: 204 }) };
      expect(await withStakes([erase(["Interface"])], stake)).to.match(/; how many nodes are lost is not known$/);
      expect(await withStakes([erase(["Interface", "Order"])], stake)).to.match(/; at least 1 node is lost$/);
    });

    it("says what it does not know", async () => {
      const both = [step("delete", { old: plan }), step("delete", { name: "users", id: "0x43", old: plan })];
      expect(await withStakes(both, { "0x42": stakes({ A: 5 }), "0x43": stakes(undefined) })).to.match(
        /; at least 5 nodes are lost$/,
      );
      const inPart = { "0x42": stakes({ A: 5 }, "types of the schema"), "0x43": stakes({ A: 6 }) };
      expect(await withStakes(both, inPart)).to.match(/; at least 11 nodes are lost$/);
      expect(await withStakes(both, { "0x42": stakes(undefined) })).to.match(/; how many nodes are lost is not known$/);
    });
  });
});
