import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import type * as types from "../../sdk";
import { type SdkHost, sdkHosts } from "../harness/sdkHosts";

/** What only the package's tests read of an output. */
interface Inner<T> {
  promise(): Promise<T>;
}

/** How the SDK sends a secret to the engine. */
function isMarked(value: unknown): value is { readonly value: unknown } {
  return typeof value === "object" && value !== null && "4dabf18193072939515e22adb298388d" in value;
}

for (const one of sdkHosts)
  describe(`a Provider under Pulumi's mocks, on the ${one.host},`, () => {
    providers(one);
  });

function providers({ dgraphcloud, settingPrefix }: SdkHost): void {
  let inputs: Record<string, unknown>;
  /** The names of the settings that are encrypted in the state. */
  let secrets: string[];

  beforeEach(async () => {
    [inputs, secrets] = [{}, []];
    const mocks: pulumi.runtime.Mocks = {
      call: () => ({}),
      newResource: (args) => {
        const sent = Object.entries(args.inputs as Record<string, unknown>);
        secrets = sent.filter(([, value]) => isMarked(value)).map(([name]) => name.slice(settingPrefix.length));
        inputs = Object.fromEntries(sent.map(([name, value]) => [name, isMarked(value) ? value.value : value]));
        return { id: args.name, state: args.inputs as object };
      },
    };
    await pulumi.runtime.setMocks(mocks, "shop", "test", false);
    pulumi.runtime.setConfig("dgraphcloud:endpoint", "https://stack.example.com/graphql");
  });
  after(() => {
    pulumi.runtime.setAllConfig({});
    pulumi.runtime.resetOptions("project", "stack", -1, "", "", false, "");
  });

  const valueOf = <T>(output: pulumi.Output<T>): Promise<T> => (output as unknown as Inner<T>).promise();

  /** The settings that reach the provider, after the registration. */
  async function registered(args: types.ProviderArgs): Promise<types.Provider> {
    const provider = new dgraphcloud.Provider("theirs", args);
    await valueOf(provider.urn);
    return provider;
  }

  it("for an account has the endpoint of the stack", async () => {
    const provider = await registered({ token: "a-token" });
    const endpoint = "https://stack.example.com/graphql";
    expect(inputs).to.include({ [`${settingPrefix}endpoint`]: endpoint, [`${settingPrefix}token`]: "a-token" });
    expect(await valueOf(provider.settings)).to.include({ endpoint, token: "a-token", clusterUrl: undefined });
    expect(secrets).to.have.members(["token"]);
  });

  it("for a cluster passes each setting as a text, and has no endpoint", async () => {
    const provider = await registered({
      clusterUrl: pulumi.output("https://dgraph.example.com"),
      clusterAuthToken: "an-auth-token",
      clusterUser: "groot",
      clusterPassword: "a-password",
      clusterNamespace: 2,
      clusterHeaders: { "x-api-key": pulumi.output("a-key"), "x-other": "a-value" },
      clusterInsecure: false,
    });
    const settings = {
      clusterUrl: "https://dgraph.example.com",
      clusterAuthToken: "an-auth-token",
      clusterUser: "groot",
      clusterPassword: "a-password",
      clusterNamespace: "2",
      clusterHeaders: '{"x-api-key":"a-key","x-other":"a-value"}',
      clusterInsecure: "false",
    };
    const prefixed = Object.entries(settings).map(([name, value]) => [`${settingPrefix}${name}`, value]);
    expect(inputs).to.deep.equal(Object.fromEntries(prefixed));
    expect(await valueOf(provider.settings)).to.deep.equal({
      ...{ endpoint: undefined, token: undefined, email: undefined, password: undefined },
      ...settings,
    });
  });

  it("encrypts what is secret of a cluster, and nothing else", async () => {
    const provider = await registered({
      ...{ clusterUrl: "https://dgraph.example.com", clusterUser: "groot", clusterNamespace: 0 },
      ...{ clusterAuthToken: "an-auth-token", clusterPassword: "a-password", clusterHeaders: { "x-api-key": "a-key" } },
    });
    expect(secrets).to.have.members(["clusterAuthToken", "clusterPassword", "clusterHeaders"]);
    expect(await pulumi.isSecret(provider.settings)).to.equal(true);
  });

  it("passes on settings of both kinds, so that the provider can refuse them", async () => {
    await registered({ endpoint: "https://given.example.com/graphql", clusterUrl: "https://dgraph.example.com" });
    expect(inputs).to.deep.equal({
      [`${settingPrefix}endpoint`]: "https://given.example.com/graphql",
      [`${settingPrefix}clusterUrl`]: "https://dgraph.example.com",
    });
  });
}
