import { expect } from "chai";
import { backendFields, type BackendInputs, checkBackend, resolveName } from "../../provider/backend/inputs";
import { checkFields, type Failure, unknownValue } from "../../provider/resource/fields";

type Values = Readonly<Record<string, unknown>>;

const dedicated = { zone: "us-east-1", deploymentType: "dedicated" };
const shared = { zone: "us-east-1", deploymentType: "shared" };
const free = { zone: "us-east-1", deploymentType: "free" };

function failures(inputs: Values): Failure[] {
  return [...checkFields(backendFields, inputs), ...checkBackend(inputs as unknown as BackendInputs)];
}

describe("inputs of a Backend", () => {
  const everything = {
    ...dedicated,
    name: "orders",
    deploymentMode: "flexible",
    organizationUid: "0x7",
    subdomain: "orders",
    size: "small",
    storage: 10,
    aclEnabled: true,
    jaegerEnabled: true,
    dgraphHA: true,
    lambdaScript: "self.addGraphQLResolvers({})",
    deletionProtection: true,
    adoptUid: "0x42",
    adoptExisting: false,
    waitForReady: false,
    timeouts: { create: "1h", update: "90s", delete: "1h30m" },
  };
  const good: readonly [what: string, inputs: Values][] = [
    ["a free backend", free],
    ["a shared backend", shared],
    ["a dedicated backend with everything", everything],
    ["every mode of a dedicated backend: readonly", { ...dedicated, deploymentMode: "readonly" }],
    ["every mode of a dedicated backend: graphql", { ...dedicated, deploymentMode: "graphql" }],
    ["the mode that every plan has", { ...free, deploymentMode: "graphql" }],
    ["options of another plan that are off", { ...free, aclEnabled: false, jaegerEnabled: false, dgraphHA: false }],
    ["an empty lambda script, which removes it", { ...free, lambdaScript: "" }],
    ["a uid in capitals", { ...free, adoptUid: "0xAB" }],
    ["adoptExisting alone", { ...free, adoptExisting: true }],
    ["the package's own inputs", { ...free, __urn: "dev::shop::::orders" }],
  ];
  for (const [what, inputs] of good) {
    it(`accept ${what}`, () => {
      expect(failures(inputs)).to.deep.equal([]);
    });
  }

  it("cover every field of the table in the valid example above", () => {
    expect(Object.keys(everything).sort()).to.deep.equal(Object.keys(backendFields).sort());
  });

  const onlyDedicated: readonly [name: string, value: unknown, shown: string][] = [
    ["deploymentMode", "readonly", 'deploymentMode "readonly"'],
    ["deploymentMode", "flexible", 'deploymentMode "flexible"'],
    ["size", "small", 'size "small"'],
    ["storage", 10, "storage"],
    ["aclEnabled", true, "aclEnabled"],
    ["jaegerEnabled", true, "jaegerEnabled"],
    ["dgraphHA", true, "dgraphHA"],
  ];
  for (const plan of [free, shared]) {
    for (const [name, value, shown] of onlyDedicated) {
      it(`refuse ${shown} of a ${plan.deploymentType} backend, and name the remedy and its consequence`, () => {
        expect(failures({ ...plan, [name]: value })).to.deep.equal([
          {
            property: name,
            code: "DGC603",
            reason:
              `${shown} is for dedicated backends only, and this one is "${plan.deploymentType}"; ` +
              `remove ${name} or set deploymentType: "dedicated" (which replaces an existing backend)`,
          },
        ]);
      });
    }
  }

  const bad: readonly [what: string, inputs: Values, property: string, says: RegExp][] = [
    ["a zone that is missing", { deploymentType: "free" }, "zone", /required: give it a value/],
    ["an empty zone", { ...free, zone: " " }, "zone", /not empty/],
    ["a type that is missing", { zone: "z" }, "deploymentType", /required/],
    [
      "a type there is not",
      { ...free, deploymentType: "slash-ee" },
      "deploymentType",
      /must be "free", "shared" or "dedicated"/,
    ],
    ["a type in capitals", { ...free, deploymentType: "Free" }, "deploymentType", /must be "free"/],
    [
      "a mode there is not",
      { ...dedicated, deploymentMode: "dql" },
      "deploymentMode",
      /must be "readonly", "graphql" or "flexible"/,
    ],
    ["a size there is not", { ...dedicated, size: "huge" }, "size", /must be "small", "medium", "large" or "xlarge"/],
    ["no storage", { ...dedicated, storage: 0 }, "storage", /whole number above 0/],
    ["half a GB", { ...dedicated, storage: 0.5 }, "storage", /whole number/],
    ["storage as a text", { ...dedicated, storage: "10" }, "storage", /whole number/],
    ["a flag as a text", { ...dedicated, aclEnabled: "true" }, "aclEnabled", /true or false/],
    ["an empty name", { ...free, name: "" }, "name", /not empty/],
    ["an empty subdomain", { ...free, subdomain: "" }, "subdomain", /not empty/],
    ["an empty organization", { ...free, organizationUid: "" }, "organizationUid", /not empty/],
    ["a lambda script that is no text", { ...free, lambdaScript: {} }, "lambdaScript", /string/],
    ["a protection that is no flag", { ...free, deletionProtection: "yes" }, "deletionProtection", /true or false/],
    ["a uid without 0x", { ...free, adoptUid: "42" }, "adoptUid", /like "0x42"/],
    ["a uid with something behind", { ...free, adoptUid: "0x42 " }, "adoptUid", /like "0x42"/],
    ["a uid that is a number", { ...free, adoptUid: 66 }, "adoptUid", /like "0x42"/],
    [
      "both ways of adoption",
      { ...free, adoptUid: "0x42", adoptExisting: true },
      "adoptExisting",
      /cannot be combined with adoptUid.*remove one/,
    ],
    ["a wait that is no flag", { ...free, waitForReady: 0 }, "waitForReady", /true or false/],
    ["a timeout that is none", { ...free, timeouts: { create: "soon" } }, "timeouts", /"create" must be a duration/],
    [
      "a timeout of no operation",
      { ...free, timeouts: { read: "1m" } },
      "timeouts",
      /no "read"; there are "create", "update" and "delete"/,
    ],
    ["a misspelt property", { ...free, deploymenttype: "free" }, "deploymenttype", /no such property/],
  ];
  for (const [what, inputs, property, says] of bad) {
    it(`refuse ${what}`, () => {
      const found = failures(inputs);
      expect(found.map((failure) => failure.property)).to.deep.equal([property]);
      expect(found[0]!.reason).to.match(says);
    });
  }

  it("are refused all at once, each under its own property", () => {
    const found = failures({ deploymentType: "free", size: "huge", storage: -1, aclEnabled: true, adoptUid: "x" });
    expect(found.map(({ property }) => property)).to.deep.equal(["zone", "size", "storage", "aclEnabled", "adoptUid"]);
  });

  it("that are still unknown are accepted", () => {
    expect(failures(Object.fromEntries(Object.keys(backendFields).map((name) => [name, unknownValue])))).to.deep.equal(
      [],
    );
  });

  it("that need a dedicated backend are accepted while the type is unknown", () => {
    const options = Object.fromEntries(onlyDedicated.map(([name, value]) => [name, value]));
    expect(failures({ zone: "us-east-1", deploymentType: unknownValue, ...options })).to.deep.equal([]);
  });

  it("that are still unknown do not hide invalid ones", () => {
    expect(failures({ ...free, zone: unknownValue, size: "small" }).map(({ property }) => property)).to.deep.equal([
      "size",
    ]);
  });
});

describe("the name of a Backend", () => {
  const urn = "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/dgraphcloud:Backend::orders";
  const ofUrn = "orders-5983ff7";
  const olds = { zone: "us-east-1", deploymentType: "free" } as const;
  const cases: readonly [
    what: string,
    olds: Partial<BackendInputs>,
    news: Partial<BackendInputs>,
    name: string | undefined,
  ][] = [
    ["is the user's for a new one", {}, { name: "mine" }, "mine"],
    ["is the user's in place of an old one", { ...olds, name: "old" }, { name: "mine" }, "mine"],
    ["is the user's for an adopted one", {}, { name: "mine", adoptUid: "0x42" }, "mine"],
    ["is the default for a new one", {}, {}, ofUrn],
    ["stays the old one although the default has changed", { ...olds, name: "old" }, {}, "old"],
    ["stays the old one when the user removes it from the program", { ...olds, name: "mine" }, {}, "mine"],
    ["is the live name of an adopted one", {}, { adoptUid: "0x42" }, undefined],
    ["is left open while adoptUid is unknown", {}, { adoptUid: unknownValue }, undefined],
    ["stays the service's when adoptUid is removed later", { ...olds, adoptUid: "0x42" }, {}, undefined],
    ["stays the service's for one that has none in the state", olds, {}, undefined],
    ["is the default where adoptExisting may take one over", {}, { adoptExisting: true }, ofUrn],
  ];
  for (const [what, before, news, name] of cases) {
    it(what, () => {
      const inputs = resolveName(before, { ...olds, ...news }, urn);
      expect(inputs.name).to.equal(name);
      expect("name" in inputs).to.equal(name !== undefined);
      expect({ ...inputs, name: undefined }).to.deep.equal({ ...olds, ...news, name: undefined });
    });
  }
});
