import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import type * as types from "../../sdk";
import { pause } from "../harness/clocks";
import { type SdkHost, sdkHosts } from "../harness/sdkHosts";

const startedAt = "2026-11-27T10:00:00.000Z";
const schema = "type Author { id: ID! }";
const plan = { zone: "us-east-1", deploymentType: "dedicated" } as const;

/** What only the package's tests read of an output. */
interface Inner<T> {
  readonly isKnown: Promise<boolean>;
  promise(): Promise<T>;
}

for (const one of sdkHosts)
  describe(`an Environment under Pulumi's mocks, on the ${one.host},`, () => {
    environments(one);
  });

function environments({ host, dgraphcloud, typePrefix }: SdkHost): void {
  let resources: pulumi.runtime.MockResourceArgs[];
  /** Ids by the names of resources; others have a made-up one. None: the id is unknown, as in the preview of a replacement. */
  let ids: Record<string, string | undefined>;
  /** Outputs beside the inputs, by the names of resources. */
  let outputs: Record<string, object>;
  /** How long the registration of a resource takes, by its name. */
  let takesMs: Record<string, number>;

  beforeEach(() => {
    [resources, outputs, takesMs] = [[], {}, {}];
    ids = { "review-seed-request": `0x1/3/${startedAt}` };
    return mock();
  });
  after(() => {
    pulumi.runtime.resetOptions("project", "stack", -1, "", "", false, "");
  });

  async function mock({ preview = false } = {}): Promise<void> {
    const mocks: pulumi.runtime.Mocks = {
      call: () => ({}),
      newResource: async (args) => {
        await pause(takesMs[args.name] ?? 0);
        resources.push(args);
        const id = args.name in ids ? ids[args.name] : `id of ${args.name}`;
        return { id, state: { ...(args.inputs as object), ...outputs[args.name] } };
      },
    };
    await pulumi.runtime.setMocks(mocks, "shop", "test", preview);
  }

  const inner = <T>(output: pulumi.Output<T>): Inner<T> => output as unknown as Inner<T>;
  const valueOf = <T>(output: pulumi.Output<T>): Promise<T> => inner(output).promise();
  const knows = (output: pulumi.Output<unknown>): Promise<boolean> => inner(output).isKnown;
  const inputsOf = (name: string): Record<string, unknown> =>
    resources.find((one) => one.name === name && one.custom === true)?.inputs as Record<string, unknown>;

  function review(
    more: Partial<types.EnvironmentArgs> = {},
    options?: pulumi.ComponentResourceOptions,
  ): types.Environment {
    return new dgraphcloud.Environment("review", { ...plan, schema, ...more }, options);
  }
  const seed = { source: "0x9", backupFolder: "2026-47", triggers: { asked: "today" } };

  /** Waits until every part is registered. */
  async function registered(environment: types.Environment): Promise<void> {
    await Promise.all([valueOf(environment.schema.urn), valueOf(environment.graphqlEndpoint)]);
  }

  it("makes a backend of its own name, a seed and a schema, which belong to it", async () => {
    const environment = review({ seed });
    await registered(environment);
    expect(resources.map(({ type, name }) => [type.split(/[:/]/).at(-1), name])).to.have.deep.members([
      ["Environment", "review"],
      ["Backend", "review"],
      ["Restore", "review-seed"],
      ["RestoreRequest", "review-seed-request"],
      ["RestoreCompletion", "review-seed-completion"],
      ["GraphqlSchema", "review-schema"],
    ]);
    const parts = [environment.backend, environment.seed!, environment.schema];
    for (const urn of await Promise.all(parts.map((part) => valueOf(part.urn))))
      expect(urn).to.match(/^urn:pulumi:test::shop::dgraphcloud:index:Environment\$[^$]+::review/);
  });

  it("gives each part its own inputs", async () => {
    const authorization = { header: "X-Auth", namespace: "n", jwkUrl: "https://example.com/keys", audience: ["me"] };
    const own = { ...plan, size: "small", lambdaScript: "//", adoptExisting: true } as const;
    await registered(review({ ...own, authorization, allow: ["Author.name"], seed }));
    const namesIn = (name: string): string[] =>
      Object.keys(inputsOf(name)).filter((key) => !key.startsWith("__") && inputsOf(name)[key] !== undefined);
    expect(inputsOf("review")).to.deep.include(own);
    expect(namesIn("review")).to.have.members(Object.keys(own));
    expect(inputsOf("review-seed-request")).to.deep.include({ ...seed, target: "id of review" });
    expect(inputsOf("review-schema")).to.deep.include({
      ...{ backend: "id of review", schema, authorization, allow: ["Author.name"] },
      triggers: { restored: startedAt },
    });
  });

  it("without a seed restores nothing, and its schema has no trigger", async () => {
    const environment = review();
    await registered(environment);
    expect(environment.seed).to.equal(undefined);
    expect(resources.map(({ name }) => name)).to.have.members(["review", "review", "review-schema"]);
    expect(inputsOf("review-schema")).not.to.have.property("triggers");
  });

  it("sends the schema after the end of the seed, and what uses the endpoint or the token waits for the schema", async () => {
    takesMs = { "review-seed-completion": 150, "review-schema": 50 };
    outputs = { review: { graphqlEndpoint: "https://review.example.com/graphql", jwtToken: "jwt" } };
    const environment = review({ seed });
    const seen: string[] = [];
    const note = (what: string, output: pulumi.Output<unknown>): Promise<unknown> =>
      valueOf(output).then(() => seen.push(what));
    await Promise.all([
      note("endpoint of the environment", environment.graphqlEndpoint),
      note("token of the environment", environment.jwtToken),
      note("endpoint of the backend", environment.backend.graphqlEndpoint),
      note("seed", environment.seed!.completedAt),
      note("schema", environment.schema.id),
    ]);
    expect(seen.slice(0, 3)).to.deep.equal(["endpoint of the backend", "seed", "schema"]);
    expect(resources.at(-1)?.name).to.equal("review-schema");
    expect(await valueOf(environment.graphqlEndpoint)).to.equal("https://review.example.com/graphql");
    expect(await valueOf(environment.jwtToken)).to.equal("jwt");
    expect(await pulumi.isSecret(environment.jwtToken)).to.equal(true);
  });

  it("keeps its outputs and the schema's trigger known in a preview, whichever part is updated", async () => {
    outputs = { review: { graphqlEndpoint: "https://review.example.com/graphql", jwtToken: "jwt" } };
    // In the preview of an update an id is known, and no output. These mocks give none to the seed and the schema.
    await mock({ preview: true });
    const environment = review({ seed: { source: "0x9" } });
    for (const known of [environment.graphqlEndpoint, environment.jwtToken, environment.seed!.startedAt])
      expect(await knows(known)).to.equal(true);
    for (const unknown of [environment.seed!.restoredFolder, environment.schema.generatedSchema])
      expect(await knows(unknown)).to.equal(false);
    expect(inputsOf("review-schema")["triggers"]).to.deep.equal({ restored: startedAt });
  });

  it("shows in a preview that the schema is sent again when the seed runs again", async () => {
    ids = { "review-seed-request": undefined };
    await mock({ preview: true });
    const environment = review({ seed });
    expect(await knows(environment.seed!.startedAt)).to.equal(false);
    await valueOf(environment.schema.urn);
    const inputs = inputsOf("review-schema");
    expect(Object.keys(inputs).filter((name) => pulumi.containsUnknowns(inputs[name]))).to.deep.equal(["triggers"]);
    if (host === "dynamic host") expect(inputs["__unknown"]).to.deep.equal(["triggers"]);
  });

  for (const [what, id, restoreId] of [
    ["a restore that was sent or resumed", `0x1/3/${startedAt}`, 3],
    ["a lost answer, resumed later: only the output has the number", `0x1/unknown/${startedAt}`, 7],
    ["mocks of a user", "id-of-request", 7],
  ] as const)
    it(`a Restore tells its number and its start: ${what}`, async () => {
      ids = { "copy-request": id };
      outputs = { "copy-request": { restoreId: 7, startedAt } };
      const restore = new dgraphcloud.Restore("copy", { target: "0x1", source: "0x9" });
      expect([await valueOf(restore.restoreId), await valueOf(restore.startedAt)]).to.deep.equal([
        restoreId,
        startedAt,
      ]);
    });

  it("records the protection of its backend for the seed", async () => {
    await registered(review({ deletionProtection: true, seed }));
    expect(inputsOf("review")).to.deep.include({ deletionProtection: true });
    expect(inputsOf("review-seed-request")).to.deep.include({
      __backendDeletionProtection: true,
      __backendProtect: true,
    });
  });

  it("hands transformations and other options to its parts, and deletedWith and retainOnDelete to its backend alone", async () => {
    const other = new dgraphcloud.Backend("other", plan);
    const seen: Record<string, pulumi.CustomResourceOptions> = {};
    const transformation: pulumi.ResourceTransformation = ({ type, opts }) => {
      seen[type.split(/[:/]/).at(-1) ?? ""] = opts;
      return undefined;
    };
    const given = { dependsOn: other, ignoreChanges: ["size"], replaceOnChanges: ["zone"] };
    await registered(
      review({ seed }, { ...given, transformations: [transformation], deletedWith: other, retainOnDelete: true }),
    );
    const { Environment: own, ...parts } = seen;
    expect(own, "the records of the seed would inherit them").not.to.have.any.keys("deletedWith", "retainOnDelete");
    expect(Object.keys(parts)).to.have.members([
      ...["Backend", "Restore", "RestoreRequest", "RestoreCompletion", "GraphqlSchema"],
    ]);
    for (const [type, options] of Object.entries(parts)) {
      const { ignoreChanges, replaceOnChanges, dependsOn, deletedWith, retainOnDelete } = options;
      expect([ignoreChanges, replaceOnChanges], type).to.deep.equal([["size"], ["zone"]]);
      expect([dependsOn].flat(), type).to.include(other);
      expect(deletedWith, type).to.equal(type === "Backend" ? other : undefined);
      expect(retainOnDelete === true, type).to.equal(type === "Backend");
    }
  });

  it("hands protect and provider to its parts", async () => {
    const provider = new dgraphcloud.Provider("theirs", { token: "x" });
    await registered(review({ seed }, { protect: true, provider }));
    const components = ["dgraphcloud:index:Environment", "dgraphcloud:index:Restore"];
    const parts = resources.filter(({ type }) => type.startsWith(typePrefix) && !components.includes(type));
    expect(parts).to.have.length(4);
    for (const { name, provider: used } of parts) expect(used, name).to.match(/::theirs::/);
    expect(inputsOf("review-seed-request")).to.include({ __backendProtect: true });
  });
}
