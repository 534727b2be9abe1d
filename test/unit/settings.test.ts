import { expect } from "chai";
import { backendUrl, defaultEndpoint, endpointUrl, readSettings, type Settings } from "../../provider/api/settings";
import { SettingsError } from "../../provider/errors/errors";
import { thrown } from "../harness/errors";

type Values = Readonly<Record<string, string>>;

function read(stack: Values, environment: Values = {}): Settings {
  return readSettings((name) => stack[name], environment);
}

describe("settings", () => {
  interface Case {
    readonly what: string;
    readonly stack?: Values;
    readonly environment?: Values;
    readonly credentials: Settings["credentials"];
  }
  const account = { DGRAPHCLOUD_EMAIL: "env@example.com", DGRAPHCLOUD_PASSWORD: "env-password" };
  const token = { DGRAPHCLOUD_TOKEN: "env-token" };
  const cases: readonly Case[] = [
    {
      what: "take a token from the stack before anything else",
      stack: { token: "stack-token", email: "stack@example.com", password: "stack-password" },
      environment: { ...token, ...account },
      credentials: { token: "stack-token" },
    },
    {
      what: "take an account of the stack before a token in the environment",
      stack: { email: "stack@example.com", password: "stack-password" },
      environment: token,
      credentials: { email: "stack@example.com", password: "stack-password" },
    },
    {
      what: "take the password of the stack's account from the environment",
      stack: { email: "stack@example.com" },
      environment: { ...token, DGRAPHCLOUD_PASSWORD: "env-password" },
      credentials: { email: "stack@example.com", password: "env-password" },
    },
    {
      what: "never replace the stack's incomplete account by a token in the environment",
      stack: { email: "stack@example.com" },
      environment: token,
      credentials: { missing: "password" },
    },
    {
      what: "take a token in the environment before an account there",
      environment: { ...token, ...account },
      credentials: { token: "env-token" },
    },
    {
      what: "take an account from the environment",
      environment: account,
      credentials: { email: "env@example.com", password: "env-password" },
    },
    {
      what: "take the password of the stack for the account in the environment",
      stack: { password: "stack-password" },
      environment: account,
      credentials: { email: "env@example.com", password: "stack-password" },
    },
    {
      what: "miss the password beside an e-mail",
      environment: { DGRAPHCLOUD_EMAIL: "env@example.com" },
      credentials: { missing: "password" },
    },
    {
      what: "miss the e-mail beside a password",
      environment: { DGRAPHCLOUD_PASSWORD: "env-password" },
      credentials: { missing: "token or email" },
    },
    { what: "report a missing token or e-mail when nothing is set", credentials: { missing: "token or email" } },
    {
      what: "ignore an empty or blank value",
      stack: { token: "", email: "  " },
      environment: { DGRAPHCLOUD_TOKEN: "\n", ...account },
      credentials: { email: "env@example.com", password: "env-password" },
    },
    {
      what: "remove the line break at the end of a token from a file",
      environment: { DGRAPHCLOUD_TOKEN: " env-token\n" },
      credentials: { token: "env-token" },
    },
    {
      what: "keep the spaces of a password",
      stack: { email: " stack@example.com\n", password: " blank " },
      credentials: { email: "stack@example.com", password: " blank " },
    },
  ];
  for (const { what, stack = {}, environment = {}, credentials } of cases) {
    it(what, () => {
      expect(read(stack, environment).credentials).to.deep.equal(credentials);
    });
  }

  it("take the endpoint from the stack, then from the environment, then the vendor's", () => {
    const environment = { DGRAPHCLOUD_ENDPOINT: "https://env.example.com/graphql" };
    expect(read({ endpoint: "https://stack.example.com/graphql" }, environment).endpoint).to.equal(
      "https://stack.example.com/graphql",
    );
    expect(read({ endpoint: " " }, environment).endpoint).to.equal("https://env.example.com/graphql");
    expect(read({}).endpoint).to.equal(defaultEndpoint);
    expect(defaultEndpoint).to.equal("https://cerebro.cloud.dgraph.io/graphql");
  });
});

describe("the endpoint", () => {
  const good = [
    defaultEndpoint,
    "https://cloud.example.com:8443/graphql",
    "http://127.0.0.1:4000/graphql",
    "http://127.8.9.10:4000/graphql",
    "http://localhost:4000/graphql",
    "http://[::1]:4000/graphql",
    "https://localhost:4000/graphql",
  ];
  for (const endpoint of good) {
    it(`can be ${endpoint}`, () => {
      expect(endpointUrl(endpoint).href).to.equal(endpoint);
    });
  }

  const bad: readonly [endpoint: string, says: RegExp][] = [
    ["cerebro.cloud.dgraph.io/graphql", /not a URL/],
    ["https://", /not a URL/],
    ["http://cerebro.cloud.dgraph.io/graphql", /without encryption/],
    ["http://127.0.0.1.example.com/graphql", /without encryption/],
    ["http://localhost.example.com/graphql", /without encryption/],
    ["http://10.0.0.1/graphql", /without encryption/],
    ["http://0.0.0.0:4000/graphql", /without encryption/],
    ["ftp://127.0.0.1/graphql", /no web server/],
    ["file:///graphql", /no web server/],
    ["https://user@cloud.example.com/graphql", /user name or password/],
    ["https://:hunter2222@cloud.example.com/graphql", /user name or password/],
    ["http://user:hunter2222@127.0.0.1:4000/graphql", /user name or password/],
  ];
  for (const [endpoint, says] of bad) {
    it(`cannot be ${endpoint}, and the message names the setting`, () => {
      const error = thrown(() => endpointUrl(endpoint));
      expect(error).to.be.instanceOf(SettingsError);
      expect(error.message).to.match(says);
      expect(error.message).to.contain("DGRAPHCLOUD_ENDPOINT").and.to.contain("dgraphcloud:endpoint");
      expect(error.message).not.to.contain("hunter2222");
    });
  }
});

describe("the address of a backend", () => {
  const cloud = new URL(defaultEndpoint);
  const local = new URL("http://127.0.0.1:4000/graphql");

  it("is https for a public host name", () => {
    const host = "polished-violet.us-east-1.aws.cloud.dgraph.io";
    expect(backendUrl(cloud, host, "/graphql").href).to.equal(`https://${host}/graphql`);
    expect(backendUrl(cloud, "Green-Leaf.Example.COM", "/admin").href).to.equal("https://green-leaf.example.com/admin");
    expect(backendUrl(cloud, "xn--bcher-kva.example", "/admin").href).to.equal("https://xn--bcher-kva.example/admin");
  });

  const refused: readonly [what: string, host: string][] = [
    ["nothing", ""],
    ["a blank", " "],
    ["a single label", "backend"],
    ["the name of this machine", "localhost"],
    ["a scheme", "https://backend.example.com"],
    ["a path", "backend.example.com/graphql"],
    ["a path behind a backslash", "backend.example.com\\graphql"],
    ["a query", "backend.example.com?x=1"],
    ["a fragment", "backend.example.com#x"],
    ["a port", "backend.example.com:8443"],
    ["user info", "user@backend.example.com"],
    ["user info with a password", "user:password@backend.example.com"],
    ["a host hidden behind user info", "backend.example.com@evil.example.com"],
    ["an escape", "backend%2eexample.com"],
    ["a line break", "backend.example.com\n"],
    ["a blank inside", "backend.example.com evil.example.com"],
    ["an empty label", "backend..example.com"],
    ["a dot in front", ".example.com"],
    ["a dot behind", "backend.example.com."],
    ["a hyphen in front", "-backend.example.com"],
    ["an underscore", "back_end.example.com"],
    ["letters that turn into ASCII", "ｂackend.example.com"],
    ["dots that turn into ASCII", "127。0。0。1"],
    ["an address", "93.184.216.34"],
    ["a loopback address", "127.0.0.1"],
    ["the address of cloud metadata", "169.254.169.254"],
    ["a hexadecimal address", "0x7f.0x0.0x0.0x1"],
    ["a hexadecimal number", "0x7f000001"],
    ["an octal address", "0177.0.0.1"],
    ["a decimal number", "2130706433"],
    ["a short address", "127.1"],
    ["an address with a hexadecimal end", "127.0.0.0x1"],
    ["an IPv6 address", "[2606:2800:220:1::1]"],
    ["an IPv6 loopback address", "[::1]"],
    ["an IPv6 address with a port", "[::1]:4000"],
    ["a loopback address with a port", "127.0.0.1:4000"],
    ["this machine with a port", "localhost:4000"],
    ["a label that is too long", `${"a".repeat(64)}.example.com`],
  ];
  for (const [what, host] of refused) {
    it(`is refused with ${what}: ${JSON.stringify(host)}`, () => {
      const error = thrown(() => backendUrl(cloud, host, "/graphql"));
      expect(error).to.be.instanceOf(SettingsError);
      expect(error.message).to.contain("no token is sent there");
    });
  }

  describe("beside an endpoint on this machine", () => {
    for (const host of ["127.0.0.1:4001", "localhost:4001", "[::1]:4001"]) {
      it(`can be ${host}, without encryption`, () => {
        expect(backendUrl(local, host, "/graphql").href).to.equal(`http://${host}/graphql`);
      });
    }

    it("is still https for a public name", () => {
      expect(backendUrl(local, "backend.example.com", "/admin").href).to.equal("https://backend.example.com/admin");
    });

    const stillRefused = [
      "127.0.0.1",
      "localhost",
      "127.0.0.2:4001",
      "10.0.0.1:4001",
      "backend.example.com:4001",
      "user@127.0.0.1:4001",
      "127.0.0.1:4001/path",
      "127.0.0.1:4001@evil.example.com",
      "127.0.0.1:",
      "127.1:4001",
      "2130706433:4001",
    ];
    for (const host of stillRefused) {
      it(`is refused for ${host}`, () => {
        expect(thrown(() => backendUrl(local, host, "/graphql"))).to.be.instanceOf(SettingsError);
      });
    }
  });
});
