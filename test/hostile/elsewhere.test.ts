import net from "node:net";
import { expect } from "chai";
import { RetryBudget } from "../../provider/api/retry";
import { CloudDataPlane } from "../../provider/api/cloudDataPlane";
import type { DataPlane } from "../../provider/api/dataPlane";
import { DeploymentList } from "../../provider/api/deploymentList";
import { backend } from "../../provider/backend";
import { SettingsError } from "../../provider/errors/errors";
import { rejection } from "../harness/errors";
import { callWithin, TestClock } from "../harness/clocks";
import { answerJson, Service } from "../harness/httpService";
import { Account } from "./testAccount";
import { RawServer } from "./rawServer";

const jwtToken = "canary-of-the-backend";
const uid = "0x42";

/** Every operation on a backend's own host. */
const calls: readonly [
  name: string,
  send: (data: DataPlane, call: ReturnType<typeof callWithin>) => Promise<unknown>,
][] = [
  ["restore", (data, call) => data.restore(uid, { source: { uid }, backup: { series: "f", backupNum: 1 } }, call)],
  ["restoreStatus", (data, call) => data.restoreStatus({ target: uid, request: "", restoreId: 1 }, call)],
  ["listBackups", (data, call) => data.listBackups({ uid }, call)],
  ["dropData", (data, call) => data.dropData(uid, { allData: true }, call)],
  ["export", (data, call) => data.export(uid, call)],
];

const entry = (url: string) => ({ uid, name: "n", zone: "z", url, jwtToken });

/** Hosts that no backend of an account at a public endpoint may have. */
const neverFromPublic: readonly string[] = [
  ...["127.0.0.1", "127.0.0.1:8080", "localhost", "localhost:80", "[::1]", "[::1]:80", "::1", "0.0.0.0", "0", "127.1"],
  ...[
    "10.0.0.1",
    "192.168.1.1",
    "172.16.0.1",
    "169.254.169.254",
    "169.254.169.254:80",
    "100.64.0.1",
    "[fd00::1]",
    "[fe80::1%25eth0]",
  ],
  ...["2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "127.0.0.0x1", "1.2.3.0x4"],
  ...[
    "metadata.google.internal",
    "metadata",
    "db.local",
    "printer.LOCAL",
    "foo.localhost",
    "kubernetes.default.svc.local",
    "x.home.arpa",
    "x.onion",
  ],
  ...[
    "evil.example/graphql",
    "evil.example/",
    "evil.example?x",
    "evil.example#x",
    "evil.example:443",
    "evil.example:80",
    "evil.example\\x",
  ],
  ...[
    "user@evil.example",
    "user:pass@evil.example",
    "cloud.example.com@evil.example",
    "cloud.example.com:x@evil.example",
  ],
  ...[
    "http://evil.example",
    "https://evil.example",
    "ftp://evil.example",
    "file:///etc/passwd",
    "//evil.example",
    "javascript:alert(1)",
  ],
  ...[
    "evil.example\r\nhost: other",
    "evil.example\n",
    "\nevil.example",
    " evil.example",
    "evil.example ",
    "evil\texample.com",
    "evil.example\u0000.com",
  ],
  ...[
    "еvil.example",
    "evil。example",
    "evil．example",
    "ｅｖｉｌ.example",
    "evil.exampl\u0435",
    "①②⑦.0.0.1",
    "evil\u200b.example",
    "evil\u00ad.example",
    "K\u212a.com",
    "lo\u017fe.com",
  ],
  ...[
    "xn--a.com",
    "xn--.com",
    "-evil.example",
    "evil..example",
    ".evil.example",
    "evil.example.",
    "evil_x.example",
    "*.example.com",
    "evil",
    "",
  ],
  ...[`${"a".repeat(64)}.example`, `${"abc.".repeat(80)}example`, "a.".repeat(1_000_000)],
];

describe("a backend's address on another host", () => {
  const original = Object.getOwnPropertyDescriptor(net.Socket.prototype, "connect")!;
  let attempts: string[];

  beforeEach(() => {
    attempts = [];
    // This intercepts connections before the name look-up, so nothing leaves the machine and nothing is missed.
    const connect = function (this: net.Socket, ...args: unknown[]): net.Socket {
      attempts.push(JSON.stringify(args[0]));
      setImmediate(() => this.destroy(Object.assign(new Error("not in a test"), { code: "ECONNREFUSED" })));
      return this;
    };
    Object.defineProperty(net.Socket.prototype, "connect", { ...original, value: connect });
  });
  afterEach(() => {
    Object.defineProperty(net.Socket.prototype, "connect", original);
  });

  it(`opens no connection to any of ${neverFromPublic.length} forbidden hosts when the endpoint is public`, async () => {
    const clock = new TestClock();
    const retrying = { clock, random: () => 1, budget: new RetryBudget() };
    for (const host of neverFromPublic) {
      const list = new DeploymentList(() => Promise.resolve([entry(host)]), clock);
      const data = new CloudDataPlane(new URL("https://cloud.example.com/graphql"), list, retrying);
      for (const [name, send] of calls) {
        const error = await rejection(send(data, callWithin(clock, 60_000)));
        expect(error, `${name} at ${host.slice(0, 80)}`).to.be.instanceOf(SettingsError);
      }
      expect(() => data.readinessAt(host, callWithin(clock, 60_000)), host.slice(0, 80)).to.throw(SettingsError);
    }
    expect(attempts).to.deep.equal([]);
  });

  it("connects to public hosts only by https and by name, and the test observes each connection", async () => {
    const clock = new TestClock();
    const retrying = { clock, random: () => 1, budget: new RetryBudget() };
    const list = new DeploymentList(() => Promise.resolve([entry("no-such-backend.invalid")]), clock);
    const data = new CloudDataPlane(new URL("https://cloud.example.com/graphql"), list, retrying);
    await rejection(data.listBackups({ uid }, callWithin(clock, 100)));
    expect(attempts).to.have.length(1);
    expect(attempts[0]).to.contain('"host":"no-such-backend.invalid"').and.to.contain('"port":443');
  });
});

describe("an account at a loopback endpoint", function () {
  this.timeout(30_000);
  let canary: RawServer;
  let service: Service;
  let url: string;

  beforeEach(async () => {
    canary = await RawServer.start((socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"));
    service = await Service.start(({ operation }, response) => {
      if (operation === "createDeployment") answerJson(response, { data: { createDeployment: entry(url) } });
      else answerJson(response, { data: { deployments: operations === 0 ? [] : [entry(url)] } });
      if (operation === "createDeployment") operations++;
    });
    operations = 1;
  });
  let operations = 1;
  afterEach(async () => {
    await canary.stop();
    await service.stop();
  });

  const near = (port: number): readonly string[] => [
    ...[
      `127.0.0.1:${port}/graphql`,
      `127.0.0.1:${port}/`,
      `127.0.0.1:${port}?x=`,
      `127.0.0.1:${port}#`,
      `127.0.0.1:${port}\\x`,
    ],
    ...[
      `user@127.0.0.1:${port}`,
      `a:b@127.0.0.1:${port}`,
      `http://127.0.0.1:${port}`,
      `//127.0.0.1:${port}`,
      ` 127.0.0.1:${port}`,
    ],
    ...[
      `127.1:${port}`,
      `0:${port}`,
      `0.0.0.0:${port}`,
      `2130706433:${port}`,
      `0x7f000001:${port}`,
      `127.0.0.2:${port}`,
    ],
    ...[
      `[::ffff:127.0.0.1]:${port}`,
      `[::]:${port}`,
      `LOCALHOST:${port}`,
      `localhost.:${port}`,
      `foo.localhost:${port}`,
    ],
    ...[
      `127。0。0。1:${port}`,
      `１２７.0.0.1:${port}`,
      `127.0.0.1:${port}\r\nx: y`,
      `127.0.0.1:0${port}0`,
      `127.0.0.1:`,
      `127.0.0.1`,
    ],
  ];

  it("sends no token to a host that only resembles a loopback address with a port", async () => {
    for (const host of near(canary.port)) {
      url = host;
      const account = new Account(service.endpoint);
      for (const [name, send] of calls) {
        const error = await rejection(send(account.account.data, account.within()));
        expect(error, `${name} at ${host}`).to.be.instanceOf(SettingsError);
      }
    }
    expect([canary.connections, canary.received]).to.deep.equal([0, ""]);
  });

  it("sends its token to a loopback address with a port, which shows that the canary server works", async () => {
    url = `127.0.0.1:${canary.port}`;
    const account = new Account(service.endpoint);
    await rejection(account.account.data.listBackups({ uid }, account.within()));
    expect(canary.received).to.contain(jwtToken);
    expect(canary.received).not.to.contain("canary-of-the-account");
  });

  it("keeps a backend whose create returned such an address, and sends nothing there", async () => {
    for (const host of [
      ...near(canary.port),
      ...neverFromPublic.filter((one) => one !== "" && !/^(127\.0\.0\.1|localhost|\[::1\]):\d+$/.test(one)),
    ]) {
      url = host;
      operations = 0;
      const account = new Account(service.endpoint);
      const inputs = { name: "n", zone: "z", deploymentType: "free" } as const;
      const operation = account.within(60_000);
      const made = await backend.create(account.context, operation, inputs);
      expect([made.id, made.state.url]).to.deep.equal([uid, host]);
      const ready = backend.ready!(account.context, operation, made.id, made.state, inputs, () => undefined);
      expect(await rejection(ready), host.slice(0, 80)).to.be.instanceOf(SettingsError);
      const known = { ...made.state, url: "127.0.0.1:1" };
      expect(await rejection(backend.read!(account.context, account.within(), uid, known))).to.be.instanceOf(
        SettingsError,
      );
    }
    expect(canary.connections).to.equal(0);
  });

  it("follows no redirect, refresh, link, alternative service or proxy of an answer", async () => {
    const there = `http://127.0.0.1:${canary.port}/graphql`;
    const pointing = [
      ...[201, 300, 301, 302, 303, 305, 307, 308].map((status) => ({ status, headers: { location: there } })),
      {
        status: 200,
        headers: { refresh: `0; url=${there}`, link: `<${there}>; rel=preload`, "content-location": there },
      },
      { status: 200, headers: { "alt-svc": `h2="127.0.0.1:${canary.port}"`, "set-cookie": "a=b; Domain=127.0.0.1" } },
      { status: 401, headers: { "www-authenticate": `Bearer realm="${there}"` } },
      { status: 407, headers: { "proxy-authenticate": "Basic" } },
      { status: 421, headers: { location: there } },
      { status: 503, headers: { location: there, "retry-after": "0" } },
    ];
    for (const name of ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY"])
      process.env[name] = there;
    try {
      for (const { status, headers } of pointing) {
        const pointer = await Service.start((_, response) => {
          response.writeHead(status, { ...headers, "content-type": "application/json" });
          response.end('{"data":{}}');
        });
        for (const settings of [{ token: "canary-token" }, { email: "a@example.com", password: "canary-password" }]) {
          const account = new Account(pointer.endpoint, settings);
          await rejection(account.account.control.deployments(account.within()));
          await rejection(account.account.control.deleteDeployment(uid, account.within()));
        }
        url = pointer.endpoint.host;
        const account = new Account(service.endpoint);
        for (const [, send] of calls) await rejection(send(account.account.data, account.within()));
        await account.account.backendPlane.readinessAt(url, account.within());
        expect(pointer.requests.every(({ headers: sent }) => sent.cookie === undefined)).to.equal(true);
        await pointer.stop();
      }
    } finally {
      for (const name of ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY"])
        Reflect.deleteProperty(process.env, name);
    }
    expect([canary.connections, canary.received]).to.deep.equal([0, ""]);
  });
});
