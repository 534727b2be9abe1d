import type { CheckResult } from "@pulumi/pulumi/dynamic";
import { expect } from "chai";
import { type Context } from "../../provider/resource/context";
import { ConflictError } from "../../provider/errors/errors";
import {
  type Failure,
  type FieldTable,
  givenNames,
  notEmpty,
  oneOf,
  unknownValue,
} from "../../provider/resource/fields";
import type { Kind } from "../../provider/host/delegate";
import { HostProcess } from "../../provider/host/process";
import { dynamicProvider } from "../../provider/host/dynamic";
import type { DynamicProvider } from "../../provider/host/dynamicProvider";
import { diffOnHost, different } from "../harness/hosts/differences";
import { type Provider, providerOf } from "../harness/hosts/provider";
import { shortUrn } from "../../provider/resource/typeTokens";
import { testedHost } from "../harness/testedHost";
import type { EngineChannel } from "../../provider/host/engineChannel";
import type { Created, Checkpoint, Resource, State } from "../../provider/resource/resource";
import { keepSecret } from "../../provider/errors/redact";
import { startOfTime, TestClock } from "../harness/clocks";
import { rejection } from "../harness/errors";
import { type Operation } from "../../provider/run/operation";
import { metadataIn } from "../../provider/resource/values";

interface Inputs {
  readonly title?: string;
  readonly place: string;
  readonly note?: string;
  readonly origin?: string;
  readonly deletionProtection?: boolean;
  readonly timeouts?: NonNullable<State["timeouts"]>;
}

interface ThingState extends State {
  readonly title?: string;
  readonly place: string;
  readonly secret: string;
  readonly optional?: string | undefined;
}

type Values = Record<string, unknown>;

const fields: FieldTable<Inputs> = {
  title: { onChange: "update", check: notEmpty },
  place: { onChange: "replace", required: true, check: oneOf(["here", "there", "elsewhere"]) },
  note: { onChange: "state" },
  origin: { onChange: "nothing" },
  deletionProtection: { onChange: "state" },
  timeouts: { onChange: "state" },
};

/** The text that the host prints for an error of check, diff, read or delete. */
const printed = (error: Error): string => `${String(error)}: ${error.stack ?? ""}`;

/** A resource whose behaviour a test sets, and which records its calls. */
class Thing implements Resource<Inputs, ThingState> {
  readonly kind = "Thing";
  readonly stateVersion = 1;
  readonly timeouts = { create: "20m", update: "15m", delete: "10m" };
  readonly fields = fields;
  readonly calls: string[] = [];
  readonly operations: Operation[] = [];
  readonly seen: Values[] = [];
  failure: { create?: Error; beside?: Error; ready?: Error; read?: Error; delete?: Error } = {};
  /** The state that `ready` reaches before it fails. */
  reached: Partial<ThingState> | undefined;
  live: ThingState | undefined;

  resolve(olds: Partial<Inputs>, news: Inputs): Inputs {
    this.seen.push({ ...olds }, { ...news });
    return news.title === undefined ? { ...news, title: "default" } : news;
  }

  check(inputs: Inputs): Failure[] {
    return inputs.note === inputs.place ? [{ property: "note", code: "DGC603", reason: "is the place" }] : [];
  }

  deletesFirst(state: ThingState, inputs: Inputs): boolean {
    return state.title === inputs.title;
  }

  recordLive(_: Context, id: string): void {
    this.calls.push(`met ${id}`);
  }

  create(_: Context, operation: Operation, inputs: Inputs): Promise<Created<ThingState>> {
    this.calls.push("create");
    this.operations.push(operation);
    this.seen.push({ ...inputs });
    if (this.failure.create !== undefined) return Promise.reject(this.failure.create);
    const id = `0x${this.calls.filter((call) => call === "create").length}`;
    const state = { ...inputs, secret: "the-secret-output", optional: undefined, __state: memory("pending", inputs) };
    return Promise.resolve({ id, state, failure: this.failure.beside });
  }

  ready(
    _: Context,
    operation: Operation,
    id: string,
    state: ThingState,
    inputs: Inputs,
    observe: Checkpoint<ThingState>,
  ): Promise<ThingState> {
    this.calls.push(`ready ${id}`);
    this.operations.push(operation);
    if (this.reached !== undefined) observe({ ...state, ...this.reached });
    if (this.failure.ready !== undefined) return Promise.reject(this.failure.ready);
    return Promise.resolve({ ...state, ...inputs, __state: memory("ready", inputs) });
  }

  storeInputs(state: ThingState, inputs: Inputs): ThingState {
    this.calls.push("keep");
    return { ...state, ...inputs, __state: memory("ready", inputs) };
  }

  read(_: Context, _operation: Operation, id: string, known: ThingState | undefined): Promise<ThingState | undefined> {
    this.calls.push(`read ${id} ${known === undefined ? "unknown" : "known"}`);
    return this.failure.read === undefined ? Promise.resolve(this.live) : Promise.reject(this.failure.read);
  }

  delete(_: Context, operation: Operation, id: string, state: ThingState): Promise<void> {
    this.calls.push(`delete ${id} ${state.place}`);
    this.operations.push(operation);
    return this.failure.delete === undefined ? Promise.resolve() : Promise.reject(this.failure.delete);
  }
}

function memory(status: "pending" | "ready", inputs: Inputs): State["__state"] {
  return { version: 1, status, given: givenNames(fields, { ...inputs }) };
}

/** The same as the engine gets it. */
function stored(status: "pending" | "ready", inputs: Inputs): string {
  return JSON.stringify({ given: givenNames(fields, { ...inputs }), ...(status === "pending" && { status }) });
}

const urn = "urn:pulumi:dev::shop::dgraphcloud:index:Thing::orders";
const delegate = "exports.handler = () => 0;";
const hidden = { __urn: urn, __provider: delegate };
const inputs = { title: "t", place: "here", ...hidden };
const own = { __urn: urn };

/** The error that the host threw: that of the plugin reaches its caller in the details of gRPC. */
function thrown(error: Error): Error {
  if (testedHost === "dynamic") return error;
  const cause = error.cause as Error;
  return "detail" in cause ? (cause.cause as Error) : cause;
}

/** What a package schema would say of the resource. */
const outputs = { names: ["title", "place", "note", "secret", "optional"], secrets: ["secret"] };

function stateIs(status: "pending" | "ready", values: Values = {}): Values {
  const given = { title: "t", place: "here" };
  return { ...given, secret: "the-secret-output", ...hidden, __state: memory(status, given), ...values };
}

/** The partial failure that the engine receives. */
type PartialFailure = Error & { id: string; properties: Values; reasons: string[] };

const see = (code: string): string =>
  `See ${code}: node_modules/pulumi-dgraphcloud/docs/troubleshooting.md#${code.toLowerCase()}`;

describe(`a resource on the ${testedHost} host`, () => {
  let thing: Thing;
  let clock: TestClock;
  let host: HostProcess;
  let provider: Provider;
  /** What only the dynamic host has to do is tested on it alone. */
  let dynamic: DynamicProvider;
  let errors: string[];

  beforeEach(() => {
    thing = new Thing();
    clock = new TestClock();
    errors = [];
    const { signal } = new AbortController();
    const log: EngineChannel["log"] = (_, message, { severity }) => {
      if (severity === "ERROR") errors.push(message);
      return true;
    };
    host = new HostProcess(clock, () => ({ log, signal, flushed: () => Promise.resolve() }));
    host.configure((name) => (name === "endpoint" ? "https://cloud.example.com/graphql" : undefined));
    provider = providerOf(thing, host, outputs);
    dynamic = dynamicProvider(() => thing, host);
  });

  const failedCreate = async (news: Values = inputs): Promise<PartialFailure> =>
    (await rejection(provider.create(news))) as PartialFailure;

  const updated = async (id: string, olds: Values, news: Values): Promise<Values> => {
    const result: { outs?: Values } = await provider.update(id, olds, news);
    return result.outs ?? {};
  };

  describe("the dynamic host's configure", () => {
    it("takes each setting from the stack's configuration, by its full name", async () => {
      const asked: string[] = [];
      const get = (key: string): string | undefined => {
        asked.push(key);
        return key === "dgraphcloud:endpoint" ? "ftp://nowhere" : undefined;
      };
      // The one method of the engine's configuration that is used.
      const config = { get } as unknown as Parameters<DynamicProvider["configure"]>[0]["config"];
      await dynamic.configure({ config });
      expect(asked).to.include.members(["dgraphcloud:endpoint", "dgraphcloud:token"]);
      expect((await dynamic.check({}, inputs)).failures?.[0]?.reason).to.contain("ftp://nowhere");
    });

    it("reads all settings synchronously, since the host does not wait for configure", async () => {
      const get = (key: string): string | undefined => (key === "dgraphcloud:endpoint" ? "ftp://nowhere" : undefined);
      const config = { get } as unknown as Parameters<DynamicProvider["configure"]>[0]["config"];
      const configuring = dynamic.configure({ config });
      expect(host.settingsFailure()?.why).to.contain("ftp://nowhere");
      await configuring;
    });
  });

  describe("check", () => {
    const failuresOf = ({ failures = [] }: CheckResult): [string, string][] =>
      failures.map(({ property, reason }) => [property, reason]);

    it("returns the resolved inputs without undefined, null and the delegate", async () => {
      const result = await provider.check({}, { ...inputs, title: undefined, note: null, origin: undefined });
      expect(result).to.deep.equal({ inputs: { title: "default", place: "here", ...own }, failures: [] });
    });

    it("passes the old inputs without the delegate, so that a create sees none", async () => {
      await provider.check({ __provider: delegate }, inputs);
      expect(thing.seen[0]).to.deep.equal({});
    });

    it("reports the failures of fields, resource and settings together", async () => {
      host.configure((name) => (name === "endpoint" ? "http://cloud.example.com" : undefined));
      const failures = failuresOf(await provider.check({}, { ...hidden, title: "", place: "here", note: "here" }));
      expect(failures.map(([property]) => property)).to.deep.equal(["title", "note", ""]);
      expect(failures[2]![1]).to.contain("without encryption").and.to.contain("DGRAPHCLOUD_ENDPOINT");
      const pointers = failures.map(([, reason]) => /\[(DGC\d+): \S+\]$/.exec(reason)?.[1]);
      expect(pointers).to.deep.equal(["DGC603", "DGC603", "DGC101"]);
    });

    const protectedOlds = { title: "t", place: "here", deletionProtection: true, ...own };
    const protection: readonly [what: string, olds: Values, news: Values, refused: boolean][] = [
      ["a replacement of a protected resource", protectedOlds, { place: "there" }, true],
      [
        "also when the same change switches the protection off",
        protectedOlds,
        { place: "there", deletionProtection: false },
        true,
      ],
      ["not an update of a protected resource", protectedOlds, { title: "s" }, false],
      [
        "not a replacement that is only possible, with a value not known yet",
        protectedOlds,
        { place: unknownValue },
        false,
      ],
      ["not the switching off alone", protectedOlds, { deletionProtection: false }, false],
      [
        "not a replacement of another resource",
        { ...protectedOlds, deletionProtection: false },
        { place: "there" },
        false,
      ],
      ["not a new resource with protection", {}, { deletionProtection: true }, false],
    ];
    for (const [what, olds, news, refused] of protection) {
      it(`refuses ${what}`, async () => {
        const failures = failuresOf(await provider.check(olds, { ...inputs, ...news }));
        expect(failures.map(([property]) => property)).to.deep.equal(refused ? ["place"] : []);
        if (refused) expect(failures[0]![1]).to.contain("deletionProtection: false in the program and run pulumi up");
      });
    }

    describe("on the dynamic host, with unknown values that the engine leaves out", () => {
      const missing = { ...inputs, place: undefined, __unknown: ["place"] };

      it("treats them as unknown in a new resource, and as left out in an existing one", async () => {
        for (const olds of [{}, stateIs("ready"), protectedOlds]) {
          expect(failuresOf(await dynamic.check(olds, missing))).to.deep.equal([]);
        }
      });

      it("keeps the old list or object when a part of the new one is missing", async () => {
        const olds = { ...inputs, note: "there" };
        const news = { ...inputs, place: "there", note: { part: undefined }, __unknown: ["note"] };
        expect(failuresOf(await dynamic.check(olds, news)).map(([property]) => property)).to.deep.equal(["note"]);
      });

      it("uses the engine's mark for unknown values in a preview", async () => {
        const marked = { ...inputs, place: unknownValue, note: [unknownValue], __unknown: ["place", "note"] };
        const result = await dynamic.check(protectedOlds, marked);
        const { note } = marked;
        expect(result).to.deep.equal({ inputs: { title: "t", place: unknownValue, note, ...own }, failures: [] });
      });

      it("recognises old values that ignoreChanges put back", async () => {
        const news = { ...inputs, note: "n", __unknown: ["place", "note"] };
        const { inputs: checked } = (await dynamic.check({ ...inputs, note: "before" }, news)) as { inputs: Values };
        expect(checked["__unknown"]).to.deep.equal(["note"]);
      });

      it("passes on their names, so that nothing is created or changed with incomplete inputs", async () => {
        const { inputs: checked } = (await dynamic.check({}, missing)) as { inputs: Values };
        expect(checked["__unknown"]).to.deep.equal(["place"]);
        for (const work of [dynamic.create(checked), dynamic.update("0x1", stateIs("ready"), checked)]) {
          expect((await rejection(work)).message)
            .to.contain("place")
            .and.to.contain(see("DGC605"));
        }
        expect(thing.calls).to.deep.equal([]);
      });
    });

    it("never prints the value of a secret input, nor names the property, which would make the engine print it", async () => {
      const news = { ...inputs, place: "leaky-place", __secrets: ["place"] };
      const { failures } = await provider.check({}, news);
      expect(failures?.[0]?.property).to.equal("");
      expect(failures?.[0]?.reason).to.contain('"place"').and.not.to.contain("leaky-place");
      thing.failure = { create: new Error("there is no leaky-place") };
      const { message } = await rejection(provider.create(inputs));
      expect(message).to.contain("there is no [secret]");
    });

    it("makes no request", async () => {
      await provider.check(stateIs("ready"), inputs);
      expect(thing.calls).to.deep.equal([]);
    });
  });

  describe("diff", () => {
    interface Case {
      readonly what: string;
      readonly status?: "pending" | "ready";
      readonly news: Values;
      readonly result: Values;
    }
    const cases: readonly Case[] = [
      { what: "reports no change for equal inputs", news: {}, result: { changes: false } },
      {
        what: "reports no change when only the package's own inputs are new",
        news: { __urn: "x" },
        result: { changes: false },
      },
      { what: "reports no change of an input that has no effect", news: { origin: "o" }, result: { changes: false } },
      {
        what: "reports a change while the resource is unfinished",
        status: "pending",
        news: {},
        result: { changes: true },
      },
      {
        what: "leaves the details of an update to the engine",
        news: { title: "s" },
        result: { replaces: [], deleteBeforeReplace: false },
      },
      {
        what: "leaves the details of a change of state to the engine",
        news: { note: "n" },
        result: { replaces: [], deleteBeforeReplace: false },
      },
      {
        what: "names the inputs that replace",
        news: { place: "there", title: "s" },
        result: { replaces: ["place"], deleteBeforeReplace: false },
      },
      {
        what: "names unknown inputs that may replace",
        news: { place: unknownValue, title: "s" },
        result: { replaces: ["place"], deleteBeforeReplace: false },
      },
      {
        what: "deletes first when the resource asks for it",
        news: { place: "there" },
        result: { replaces: ["place"], deleteBeforeReplace: true },
      },
      {
        what: "reports no change while inputs are left out, since the engine skips the resource but would delete it first",
        news: { place: "there", title: undefined, __unknown: ["title"] },
        result: { changes: false },
      },
      {
        what: "never deletes first for an update",
        status: "ready",
        news: { note: "n", title: "t" },
        result: { replaces: [], deleteBeforeReplace: false },
      },
      {
        what: "reports a change while the resource is unfinished, even with equal inputs",
        status: "pending",
        news: { note: "n" },
        result: { replaces: [], deleteBeforeReplace: false, changes: true },
      },
    ];
    for (const { what, status = "ready", news, result } of cases) {
      it(what, async () => {
        const isAsked = different.knowsMissingInputs || !("__unknown" in news);
        const asked = isAsked ? provider : dynamic;
        const expected = isAsked ? diffOnHost(result) : result;
        expect(await asked.diff("0x1", stateIs(status), { ...inputs, ...news })).to.deep.equal(expected);
        expect(thing.calls).to.deep.equal(["met 0x1"]);
      });
    }

    it("refuses to replace a protected resource, and names resource, cause and remedy", async () => {
      const olds = stateIs("ready", { deletionProtection: true });
      const error = await rejection(provider.diff("0x1", olds, { ...inputs, place: "there" }));
      expect(error.message).to.equal(
        'Thing "orders" (0x1) cannot be compared with its state: deletionProtection is on, and a change of place would replace 0x1 and ' +
          "delete its data.\n- Set deletionProtection: false in the program and run pulumi up.\n- Then make this change.\n" +
          see("DGC304"),
      );
      expect(printed(thrown(error))).to.equal(
        `Thing "orders" (0x1) cannot be compared with its state: the error of this resource says why`,
      );
    });

    it("allows an update, and a replacement while the value is unknown", async () => {
      const olds = stateIs("ready", { deletionProtection: true });
      await provider.diff("0x1", olds, { ...inputs, place: unknownValue });
      await provider.diff("0x1", olds, { ...inputs, title: "s", deletionProtection: false });
    });
  });

  describe("create", () => {
    it("creates, waits until the resource is ready, and returns everything but undefined and the delegate", async () => {
      const result = await provider.create({ ...inputs, note: undefined });
      expect(result).to.deep.equal({
        id: "0x1",
        outs: { title: "t", place: "here", secret: "the-secret-output", ...own, __state: stored("ready", inputs) },
      });
      expect(thing.calls).to.deep.equal(["create", "ready 0x1"]);
      // The plugin knows the URN, and adds the form that a state has.
      const hiddenUrn = testedHost === "plugin" ? shortUrn(urn) : urn;
      expect(thing.seen[0]).to.deep.equal({ title: "t", place: "here", __urn: hiddenUrn });
    });

    it("has one deadline for create and ready, from the default or from the input", async () => {
      await provider.create(inputs);
      await provider.create({ ...inputs, timeouts: { create: "90s" } });
      const deadlines = thing.operations.map(({ deadline }) => deadline - startOfTime);
      expect(deadlines).to.deep.equal([1_200_000, 1_200_000, 90_000, 90_000]);
      expect(thing.operations[2]!.timeout).to.deep.equal({ input: "timeouts.create", value: "90s", ms: 90_000 });
    });

    it("fails plainly when nothing was made, so that the engine keeps nothing", async () => {
      thing.failure.create = new ConflictError({
        code: "DGC307",
        why: "it is there already.",
        next: "Take another name.",
      });
      const error = await failedCreate();
      expect(error.message).to.equal(
        `Thing "orders" was not created: it is there already.\nTake another name.\n${see("DGC307")}`,
      );
      expect(error).not.to.have.any.keys("id", "properties", "reasons");
      expect(thrown(error).stack, "nobody reads frames").to.equal(error.message);
      expect(thing.calls).to.deep.equal(["create"]);
    });

    it("fails partially when something was made, with id, properties, hidden inputs, delegate and a reason", async () => {
      thing.failure.ready = new ConflictError({
        code: "DGC307",
        why: "it does not answer.",
        next: "Run pulumi up to go on.",
      });
      const error = await failedCreate({ ...inputs, note: undefined });
      const reason = `Thing "orders" (0x1) exists but is not ready: it does not answer.\nRun pulumi up to go on.\n${see("DGC307")}`;
      expect(error.id).to.equal("0x1");
      expect(error.reasons).to.deep.equal([reason]);
      expect(error.message).to.equal(reason);
      expect(thrown(error).stack).to.equal(reason);
      expect(error.properties).to.deep.equal({
        title: "t",
        place: "here",
        secret: "the-secret-output",
        ...own,
        __provider: different.delegateOf("thing" as Kind, delegate),
        __state: stored("pending", inputs),
      });
      expect(error.properties).not.to.have.property("optional");
    });

    it("keeps the progress before the failure in the state", async () => {
      thing.reached = { title: "reached", optional: "found" };
      thing.failure.ready = new ConflictError({ code: "DGC307", why: "x.", next: "y." });
      expect((await failedCreate()).properties).to.include({
        title: "reached",
        optional: "found",
        __provider: different.delegateOf("thing" as Kind, delegate),
      });
    });

    it("keeps what was made when the service reports errors beside it, and does not wait", async () => {
      thing.failure.beside = new ConflictError({ code: "DGC307", why: "made with errors.", next: "Look at it." });
      const error = await failedCreate();
      expect(error.id).to.equal("0x1");
      expect(error.message).to.contain("made with errors.");
      expect(error.properties["__state"]).to.deep.equal(stored("pending", inputs));
      expect(thing.calls).to.deep.equal(["create"]);
    });

    it("continues with the first object when an error hook repeats it, and makes no second one", async () => {
      thing.failure.ready = new ConflictError({ code: "DGC307", why: "x.", next: "y." });
      for (let round = 0; round < 3; round++) expect((await failedCreate()).id).to.equal("0x1");
      thing.failure = {};
      expect((await provider.create(inputs)).id).to.equal("0x1");
      expect(thing.calls.filter((call) => call === "create")).to.have.lengthOf(1);
      expect(thing.calls.filter((call) => call === "ready 0x1")).to.have.lengthOf(4);
    });

    it("continues when an error hook repeats it after the service reported errors", async () => {
      thing.failure.beside = new ConflictError({ code: "DGC307", why: "x.", next: "y." });
      await failedCreate();
      expect((await provider.create(inputs)).id).to.equal("0x1");
      expect(thing.calls).to.deep.equal(["create", "ready 0x1"]);
    });

    it("continues from the progress so far when an error hook repeats it", async () => {
      thing.reached = { optional: "found" };
      thing.failure.ready = new ConflictError({ code: "DGC307", why: "x.", next: "y." });
      await failedCreate();
      [thing.reached, thing.failure] = [undefined, {}];
      expect((await provider.create(inputs)).outs).to.include({ optional: "found" });
    });

    it("succeeds with a warning at the engine's last repetition, since the engine would forget the id after a failure", async () => {
      thing.failure.create = new ConflictError({ code: "DGC307", why: "not yet.", next: "y." });
      for (let round = 0; round < 9; round++) await failedCreate();
      thing.failure = { ready: new ConflictError({ code: "DGC307", why: "x.", next: "y." }) };
      for (let round = 0; round < 90; round++) await failedCreate();
      expect(errors).to.deep.equal([]);
      const made: { id: string; outs?: Values } = await provider.create(inputs);
      const { id, outs = {} } = made;
      expect(id).to.equal("0x10");
      expect(outs["__state"]).to.deep.equal(stored("pending", inputs));
      expect(errors).to.deep.equal([`Thing "orders" (0x10) exists but is not ready: x.\ny.\n${see("DGC307")}`]);
      expect(await provider.diff(id, outs, inputs)).to.deep.equal(diffOnHost({ changes: true }));
    });

    describe("when an error hook repeats it as an update, as newer engines do,", () => {
      let created: PartialFailure;
      const repeated = (): ReturnType<typeof provider.update> => provider.update("0x1", created.properties, inputs);

      beforeEach(async () => {
        thing.failure.ready = new ConflictError({ code: "DGC307", why: "x.", next: "y." });
        created = await failedCreate();
      });

      it("keeps its id even when nothing changed, since the engine has no old state", async () => {
        const error = (await rejection(repeated())) as PartialFailure;
        expect(error).to.include({ id: "0x1" });
        expect(error.properties["__state"]).to.deep.equal(stored("pending", inputs));
      });

      it("succeeds at the engine's last repetition, which counts the create", async () => {
        for (let round = 0; round < 98; round++) await rejection(repeated());
        expect(errors).to.deep.equal([]);
        const { outs } = (await repeated()) as { outs: Values };
        expect(outs["__state"]).to.deep.equal(stored("pending", inputs));
        expect(errors).to.have.length(1);
      });
    });

    it("tries again when it is repeated after it made nothing", async () => {
      thing.failure.create = new ConflictError({ code: "DGC307", why: "x.", next: "y." });
      await failedCreate();
      thing.failure = {};
      expect((await provider.create(inputs)).id).to.equal("0x2");
    });

    it("makes one object for each resource, and another one after a success", async () => {
      thing.failure.ready = new ConflictError({ code: "DGC307", why: "x.", next: "y." });
      expect((await failedCreate()).id).to.equal("0x1");
      expect((await failedCreate({ ...inputs, __urn: `${urn}-2` })).id).to.equal("0x2");
      thing.failure = {};
      expect((await provider.create(inputs)).id).to.equal("0x1");
      expect((await provider.create(inputs)).id).to.equal("0x3");
    });
  });

  describe("update", () => {
    it("calls the service for inputs that need it", async () => {
      const outs = await updated("0x1", stateIs("ready"), { ...inputs, title: "s" });
      expect(outs)
        .to.include({ title: "s", ...own })
        .and.not.to.have.property("__provider");
      expect(thing.calls).to.deep.equal(["met 0x1", "ready 0x1", "met 0x1"]);
      expect(thing.operations[0]!.deadline - startOfTime).to.equal(900_000);
    });

    it("makes no request when only the state changes", async () => {
      const news = { ...inputs, note: "n", timeouts: { update: "1h" }, __urn: `${urn}-renamed` };
      const outs = await updated("0x1", stateIs("ready"), news);
      expect(outs).to.deep.include({ note: "n", timeouts: { update: "1h" }, __urn: `${urn}-renamed` });
      expect(thing.calls).to.deep.equal(["met 0x1", "keep", "met 0x1"]);
    });

    it("finishes an unfinished resource, whatever changed", async () => {
      const outs = await updated("0x1", stateIs("pending"), { ...inputs, note: "n" });
      expect(JSON.parse(outs["__state"] as string))
        .to.include.keys("given")
        .and.not.to.have.property("status");
      expect(thing.calls).to.deep.equal(["met 0x1", "ready 0x1", "met 0x1"]);
    });

    it("fails plainly when nothing was changed, so that the engine keeps the old state and the old inputs", async () => {
      thing.failure.ready = new ConflictError({ code: "DGC307", why: "it was refused.", next: "Mend it." });
      const error = await rejection(provider.update("0x1", stateIs("ready"), { ...inputs, title: "s" }));
      expect(error.message).to.equal(
        `Thing "orders" (0x1) was not updated: it was refused.\nMend it.\n${see("DGC307")}`,
      );
      expect(error).not.to.have.any.keys("id", "properties", "reasons");
      expect(thrown(error).stack, "nobody reads frames").to.equal(error.message);
    });

    it("fails partially when something was changed, with the progress, hidden inputs, delegate and a reason", async () => {
      thing.reached = { title: "s", __state: memory("pending", inputs) };
      thing.failure.ready = new ConflictError({ code: "DGC307", why: "it does not answer.", next: "Run pulumi up." });
      const work = provider.update("0x1", stateIs("ready"), { ...inputs, title: "s" });
      const error = (await rejection(work)) as PartialFailure;
      const reason = `Thing "orders" (0x1) is not up to date: it does not answer.\nRun pulumi up.\n${see("DGC307")}`;
      expect(error.id).to.equal("0x1");
      expect(error.reasons).to.deep.equal([reason]);
      expect(thrown(error).stack).to.equal(reason);
      expect(error.properties).to.deep.equal({
        title: "s",
        place: "here",
        secret: "the-secret-output",
        ...own,
        __provider: different.delegateOf("thing" as Kind, delegate),
        __state: stored("pending", inputs),
      });
      expect(await provider.diff("0x1", error.properties, { ...inputs, title: "s" })).to.deep.equal(
        diffOnHost({ changes: true }),
      );
    });

    it("leaves the state unfinished when it fails partially, even where the resource reached one that looks finished", async () => {
      thing.reached = { optional: "listed", __state: memory("ready", inputs) };
      thing.failure.ready = new ConflictError({ code: "DGC307", why: "x.", next: "y." });
      const { properties } = (await rejection(
        provider.update("0x1", stateIs("ready"), { ...inputs, title: "s" }),
      )) as PartialFailure;
      expect(metadataIn(properties).status).to.equal("pending");
      thing.live = { ...(properties as unknown as ThingState), __state: memory("pending", inputs) };
      const read = await provider.read("0x1", properties);
      expect(read, "the engine has stored the title that was not applied").to.have.nested.property("inputs.title", "t");
    });

    describe("when an error hook repeats it with the original state,", () => {
      const news = { ...inputs, title: "s" };
      const failedUpdate = async (): Promise<PartialFailure> =>
        (await rejection(provider.update("0x1", stateIs("ready"), news))) as PartialFailure;

      beforeEach(() => {
        thing.reached = { title: "s", optional: "sent", __state: memory("pending", inputs) };
        thing.failure.ready = new ConflictError({ code: "DGC307", why: "x.", next: "y." });
      });

      it("continues from the progress so far", async () => {
        await failedUpdate();
        [thing.reached, thing.failure] = [undefined, {}];
        expect(await updated("0x1", stateIs("ready"), news)).to.include({ optional: "sent" });
      });

      it("keeps the progress when a later repetition makes none", async () => {
        await failedUpdate();
        thing.reached = undefined;
        expect((await failedUpdate()).properties).to.include({ optional: "sent" });
      });

      it("succeeds at the engine's last repetition, since the engine would forget the outputs after a failure", async () => {
        for (let round = 0; round < 99; round++) await failedUpdate();
        const outs = await updated("0x1", stateIs("ready"), news);
        expect(outs["__state"]).to.deep.equal(stored("pending", inputs));
        expect(outs).to.include({ title: "s", optional: "sent" });
        expect(errors).to.have.length(1);
      });

      it("fails at every repetition when nothing was changed, since the engine keeps the old state", async () => {
        thing.reached = undefined;
        for (let round = 0; round < 110; round++) expect(await failedUpdate()).not.to.have.property("id");
        expect(errors).to.deep.equal([]);
      });

      it("starts again after a success", async () => {
        await failedUpdate();
        [thing.reached, thing.failure] = [undefined, {}];
        await updated("0x1", stateIs("ready"), news);
        expect(await updated("0x1", stateIs("pending"), news)).not.to.include({ optional: "sent" });
      });
    });
  });

  describe("read", () => {
    it("returns no id when the resource is gone", async () => {
      expect(await provider.read("0x1", stateIs("ready"))).to.deep.equal({ id: "", props: {} });
      expect(thing.calls).to.deep.equal(["met 0x1", "read 0x1 known"]);
    });

    it("returns all outputs, and as inputs the live values of what the user set, with the package's own inputs", async () => {
      const live = { title: "drifted", place: "here", secret: "the-secret-output", optional: undefined, note: "new" };
      thing.live = { ...live, ...own, __state: { version: 1, status: "ready", given: ["place", "title"] } };
      const result = await provider.read("0x1", stateIs("ready"));
      expect(result).to.deep.equal({
        id: "0x1",
        props: {
          title: "drifted",
          place: "here",
          secret: "the-secret-output",
          note: "new",
          ...own,
          __state: '{"given":["place","title"]}',
        },
        inputs: { title: "drifted", place: "here", ...own },
      });
    });

    it("returns the state as it was, without inputs, when nothing has changed", async () => {
      const values = { title: "t", place: "here", secret: "the-secret-output", ...own };
      thing.live = { ...values, optional: undefined, __state: memory("ready", inputs) };
      // The second is the form of earlier versions.
      for (const __state of [stored("ready", inputs), memory("ready", inputs)]) {
        const result = await provider.read("0x1", stateIs("ready", { __state }));
        expect(result).to.deep.equal({ id: "0x1", props: { ...values, __state } });
      }
    });

    it("returns the inputs of an unfinished resource, since the engine has stored those of the update that failed", async () => {
      const values = { title: "t", place: "here", secret: "the-secret-output", ...own };
      thing.live = { ...values, __state: memory("pending", inputs) };
      const result = await provider.read("0x1", stateIs("pending"));
      expect(result).to.have.deep.property("inputs", { title: "t", place: "here", ...own });
    });

    it("tells the resource when it is not managed by this stack, and does not record it", async () => {
      thing.live = { place: "here", secret: "the-secret-output", __state: { version: 1, status: "ready", given: [] } };
      const result = await provider.read("0x7");
      expect(result).to.deep.include({ id: "0x7", inputs: different.importsWithoutState ? { place: "here" } : {} });
      await provider.read("0x7", { url: undefined, __provider: delegate });
      expect(thing.calls).to.deep.equal(["read 0x7 unknown", "read 0x7 unknown"]);
    });

    it("names the resource when it fails, and never reports an absence then", async () => {
      thing.failure.read = new ConflictError({ code: "DGC307", why: "HTTP 503.", next: "Later." });
      const error = await rejection(provider.read("0x1", stateIs("ready")));
      expect(error.message).to.equal(`Thing "orders" (0x1) could not be read: HTTP 503.\nLater.\n${see("DGC307")}`);
      expect(printed(thrown(error))).to.equal(
        `Thing "orders" (0x1) could not be read: the error of this resource says why`,
      );
    });
  });

  describe("delete", () => {
    it("uses the timeout of the state", async () => {
      await provider.delete("0x1", stateIs("ready", { timeouts: { delete: "90s" } }));
      expect(thing.calls).to.deep.equal(["delete 0x1 here"]);
      expect(thing.operations[0]!.deadline - startOfTime).to.equal(90_000);
    });

    it("names the resource when it fails", async () => {
      thing.failure.delete = new ConflictError({ code: "DGC307", why: "no.", next: "Later." });
      const error = await rejection(provider.delete("0x1", stateIs("ready")));
      expect(error.message).to.equal(`Thing "orders" (0x1) was not deleted: no.\nLater.\n${see("DGC307")}`);
      expect(printed(thrown(error))).to.equal(
        `Thing "orders" (0x1) was not deleted: the error of this resource says why`,
      );
      expect(error).not.to.have.any.keys("id", "properties", "reasons");
    });
  });

  describe("a state of a newer version", () => {
    const later = stateIs("ready", { __state: { ...memory("ready", inputs), version: 2 } });
    const operations: readonly [step: string, work: () => Promise<unknown>][] = [
      ["diff", () => provider.diff("0x1", later, inputs)],
      ["read", () => provider.read("0x1", later)],
      ["update", () => provider.update("0x1", later, { ...inputs, title: "s" })],
      ["delete", () => provider.delete("0x1", later)],
    ];
    for (const [step, work] of operations) {
      it(`is refused by ${step}`, async () => {
        const error = await rejection(Promise.resolve().then(work));
        expect(error.message)
          .to.match(/^Thing "orders" \(0x1\) /)
          .and.to.contain("newer version of pulumi-dgraphcloud");
        expect(thing.calls).to.deep.equal([]);
      });
    }
  });

  describe("a resource that has only a create", () => {
    let minimal: Provider;
    const creates: Resource<Inputs, ThingState> = {
      kind: "Thing",
      fields,
      timeouts: { create: "20m" },
      stateVersion: 1,
      create: (_, __, news) =>
        Promise.resolve({ id: "0x1", state: { ...news, secret: "s", __state: memory("pending", news) } }),
    };
    beforeEach(() => {
      minimal = providerOf(creates, host, outputs);
    });

    it("is ready after its create, with the inputs in its state", async () => {
      const created = (await minimal.create(inputs)) as { id: string; outs: Values };
      expect(created.id).to.equal("0x1");
      expect(created.outs).to.deep.include({ place: "here", secret: "s", __state: stored("ready", inputs) });
    });

    it("stores changed inputs in an update, and keeps the value of one that is left out", async () => {
      const others = { ...inputs, title: undefined, note: "n" };
      const { outs } = (await minimal.update("0x1", stateIs("ready"), others)) as { outs: Values };
      expect(outs).to.include({ note: "n", title: stateIs("ready")["title"] });
      expect(JSON.parse(outs["__state"] as string))
        .to.include.keys("given")
        .and.not.to.have.property("status");
    });

    it("is read from its state, and cannot be looked up without one", async () => {
      const state = stateIs("ready");
      expect((await minimal.read("0x1", state)).props).to.deep.include({ place: state["place"] });
      expect((await rejection(minimal.read("0x1", {}))).message).to.contain("DGC416");
    });

    it("is deleted without a call, unless its state is of a newer version", async () => {
      await minimal.delete("0x1", stateIs("ready"));
      const later = stateIs("ready", { __state: { ...memory("ready", inputs), version: 2 } });
      expect((await rejection(minimal.delete("0x1", later))).message).to.contain("DGC108");
    });
  });

  it("knows a resource that was renamed by an alias under its new URN, also while it is updated", async () => {
    const urns: (string | undefined)[] = [];
    thing.recordLive = ({ urn }) => void urns.push(urn);
    const renamed = { ...inputs, title: "s", __urn: "urn:pulumi:dev::app::t::renamed" };
    await provider.update("0x1", stateIs("ready"), renamed);
    expect(new Set(urns)).to.deep.equal(new Set([renamed.__urn]));
  });

  describe("messages", () => {
    it("redact secrets of every source, also in a partial failure", async () => {
      keepSecret("a-secret-that-the-service-repeats");
      const leaking = new ConflictError({
        code: "DGC307",
        why: "refused: a-secret-that-the-service-repeats.",
        next: "Not a-secret-that-the-service-repeats.",
      });
      thing.failure.ready = leaking;
      const made = await failedCreate();
      thing.failure.delete = leaking;
      const plain = await rejection(provider.delete("0x1", stateIs("ready")));
      for (const text of [made.message, ...made.reasons, plain.message]) {
        expect(text).to.contain("refused: [secret].").and.to.contain("Not [secret].").and.not.to.contain("repeats");
      }
    });

    it("of unexpected errors are one line and a next step, without a stack trace", async () => {
      thing.failure.delete = new TypeError("\u001b[31mx is not\n a function");
      const error = await rejection(provider.delete("0x1", stateIs("ready")));
      expect(error.message).to.equal(
        'Thing "orders" (0x1) was not deleted: unexpected: x is not a function\n' +
          "- Run the command again.\n- If it fails again, please report this message.\n" +
          see("DGC901"),
      );
      expect(String(thrown(error))).to.match(/^Thing/);
    });

    it("name the kind alone when a state of the dynamic host has no URN, and contain no control characters", async () => {
      thing.failure.delete = new ConflictError({ code: "DGC307", why: "no.", next: "Later." });
      const without = await rejection(dynamic.delete("0x1", { place: "here" }));
      expect(without.message).to.match(/^Thing \(0x1\) was not deleted/);
      const hostile = await rejection(dynamic.delete("0x1\u001b[2J", { __urn: "dev::shop::::\u001b[2Jx" }));
      expect(hostile.message).to.match(/^Thing "x" \(0x1\) was not deleted/);
    });

    it("name the resource when the settings are invalid", async () => {
      host.configure((name) => (name === "endpoint" ? "nonsense" : undefined));
      const error = await rejection(provider.create(inputs));
      expect(error.message).to.match(/^Thing "orders" was not created: the endpoint "nonsense" is not a URL/);
      expect(error.message).to.contain("DGRAPHCLOUD_ENDPOINT");
      expect(thing.calls).to.deep.equal([]);
    });
  });
});
