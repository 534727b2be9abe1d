import { expect } from "chai";
import { clusterAccess, type ClusterSettings } from "../../provider/api/cluster/access";
import { checkSettings, connectionOf, readSettings, type SettingName } from "../../provider/api/settings";
import { thrown } from "../harness/errors";

type Given = Readonly<Partial<Record<SettingName, string>>>;

const url = "https://dgraph.example.com";
const read = (stack: Given, environment: NodeJS.ProcessEnv = {}): ReturnType<typeof readSettings> =>
  readSettings((name) => stack[name], environment);
const problem = (stack: Given, environment?: NodeJS.ProcessEnv): Error =>
  thrown(() => {
    checkSettings(read(stack, environment));
  });

describe("the settings of a cluster", () => {
  it("are read from the stack, and from the environment", () => {
    const cluster = { url, authToken: "a-token", user: "groot", password: " a password ", namespace: "2" };
    const stack = {
      clusterUrl: ` ${url}\n`,
      clusterAuthToken: "a-token\n",
      clusterUser: "groot",
      clusterPassword: " a password ",
      clusterNamespace: "2",
    };
    expect(read(stack).cluster).to.deep.equal(cluster);
    const environment = {
      DGRAPHCLOUD_CLUSTER_URL: url,
      DGRAPHCLOUD_CLUSTER_AUTH_TOKEN: "a-token",
      DGRAPHCLOUD_CLUSTER_USER: "groot",
      DGRAPHCLOUD_CLUSTER_PASSWORD: " a password ",
      DGRAPHCLOUD_CLUSTER_NAMESPACE: "2",
    };
    expect(read({}, environment).cluster).to.deep.equal(cluster);
    expect([connectionOf(read(stack)), connectionOf(read({})), connectionOf(read({ token: "t" }))]).to.deep.equal([
      "cluster",
      "account",
      "account",
    ]);
  });

  it("of the stack come before an account of the environment, and the other way round", () => {
    const account = { DGRAPHCLOUD_TOKEN: "a-token", DGRAPHCLOUD_ENDPOINT: "https://cloud.example.com/graphql" };
    expect(connectionOf(read({ clusterUrl: url }, account))).to.equal("cluster");
    expect(connectionOf(read({ token: "of-the-stack" }, { DGRAPHCLOUD_CLUSTER_URL: url }))).to.equal("account");
  });

  it("take secrets from the environment only if that names no other cluster", () => {
    const secrets = { DGRAPHCLOUD_CLUSTER_AUTH_TOKEN: "a-token", DGRAPHCLOUD_CLUSTER_PASSWORD: "a-password" };
    const stack = { clusterUrl: url, clusterUser: "groot" };
    const own = { url, user: "groot", authToken: "a-token", password: "a-password" };
    expect(read(stack, secrets).cluster).to.deep.equal(own);
    expect(read(stack, { ...secrets, DGRAPHCLOUD_CLUSTER_URL: url }).cluster).to.deep.equal(own);
    const other = { ...secrets, DGRAPHCLOUD_CLUSTER_URL: "https://other.example.com" };
    expect(read(stack, other).cluster).to.deep.equal({ url, user: "groot" });
  });

  for (const [title, stack, environment] of [
    ["of both kinds in the stack", { clusterUrl: url, token: "secret-token" }, {}],
    ["of both kinds in the environment", {}, { DGRAPHCLOUD_CLUSTER_URL: url, DGRAPHCLOUD_EMAIL: "me@example.com" }],
    ["without an address", { clusterUser: "groot", clusterPassword: "secret-password" }, {}],
  ] as const)
    it(`${title} are refused`, () => {
      const error = problem(stack, environment);
      expect(error).to.include({ name: "SettingsError", code: "DGC807" });
      expect(error.message)
        .to.include("clusterUrl")
        .and.not.to.match(/secret-token|secret-password/);
      expect(connectionOf(read(stack, environment))).to.equal(undefined);
    });

  for (const [title, given, says] of [
    ["a user without a password", { user: "groot" }, "clusterPassword"],
    ["a password without a user", { password: "secret-value" }, "clusterUser"],
    ["a namespace without a user", { namespace: "1" }, "clusterUser"],
    ["a namespace that is no number", { namespace: "-1", user: "groot", password: "secret-value" }, "whole number"],
    ["a token with a line break", { authToken: "secret-value\nsecret-value" }, "clusterAuthToken"],
    ["headers that are no JSON", { headers: "x-key: secret-value" }, "JSON object"],
    ["headers that are a list", { headers: '["secret-value"]' }, "JSON object"],
    ["a header that is no text", { headers: '{"x-key": 5}' }, "x-key"],
    ["a header with a line break", { headers: JSON.stringify({ "x-key": "secret-value\n" }) }, "x-key"],
    ["a name that no header has", { headers: '{"x key": "secret-value"}' }, "name"],
    ["a header of Dgraph", { headers: '{"X-Dgraph-AuthToken": "secret-value"}' }, "clusterAuthToken"],
    ["another word than true", { insecure: "yes" }, "true"],
  ] as const)
    it(`refuse ${title}, and repeat no value`, () => {
      const error = thrown(() => clusterAccess({ url, ...given }));
      expect(error).to.include({ name: "SettingsError", code: "DGC807" });
      expect(error.message).to.include(says).and.not.to.include("secret-value");
    });
});

describe("the address of a cluster", () => {
  const accessAt = (address: string, more: Partial<ClusterSettings> = {}): ReturnType<typeof clusterAccess> =>
    clusterAccess({ url: address, ...more });

  it("may be https, or a loopback address, with a port and a path", () => {
    for (const address of [
      "https://dgraph.example.com",
      "https://dgraph.example.com:8443/db",
      "http://127.0.0.1:8080",
      "http://localhost:8080/",
      "http://[::1]:8080",
      "http://127.8.9.10:8080",
    ])
      expect(accessAt(address).isInsecure, address).to.equal(false);
  });

  it("may be plain http only with clusterInsecure", () => {
    const address = "http://dgraph.internal:8080";
    const error = thrown(() => accessAt(address));
    expect(error).to.include({ name: "SettingsError", code: "DGC806" });
    expect(error.message).to.include("clusterInsecure").and.to.include(address);
    expect(accessAt(address, { insecure: "true" }).isInsecure).to.equal(true);
    expect(accessAt("http://127.0.0.1:8080", { insecure: "true" }).isInsecure).to.equal(false);
    expect(thrown(() => accessAt(address, { insecure: "false" })).message).to.include("clusterInsecure");
  });

  for (const address of [
    "dgraph.example.com",
    "grpc://dgraph.example.com:9080",
    "file:///etc/passwd",
    "https://user:secret-value@dgraph.example.com",
    "https://dgraph.example.com?token=secret-value",
    "https://dgraph.example.com#secret-value",
    "http://127.0.0.1.example.com:8080",
    "http://localhost.example.com:8080",
  ])
    it(`may not be ${address}`, () => {
      const error = thrown(() => accessAt(address));
      expect(error).to.include({ name: "SettingsError", code: "DGC806" });
      expect(error.message).not.to.include("secret-value");
    });
});
