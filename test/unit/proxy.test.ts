import { expect } from "chai";
import { proxyFor } from "../../provider/api/proxy";
import { SettingsError } from "../../provider/errors/errors";
import { scrub } from "../../provider/errors/redact";
import { thrown } from "../harness/errors";

const cloud = "https://cerebro.cloud.dgraph.io/graphql";
const names = ["https_proxy", "http_proxy", "all_proxy", "no_proxy"].flatMap((name) => [name, name.toUpperCase()]);

describe("the proxy of a request", () => {
  const before = Object.fromEntries(names.map((name) => [name, process.env[name]]));
  const clear = (): void => {
    for (const name of names) Reflect.deleteProperty(process.env, name);
  };
  beforeEach(clear);
  after(() => {
    clear();
    for (const [name, value] of Object.entries(before)) if (value !== undefined) process.env[name] = value;
  });

  const p = "http://proxy.example.com:3128";
  const cases: readonly [url: string, environment: Record<string, string>, proxy: string | undefined][] = [
    [cloud, {}, undefined],
    [cloud, { HTTPS_PROXY: p }, `${p}/`],
    [cloud, { https_proxy: p }, `${p}/`],
    [cloud, { ALL_PROXY: p }, `${p}/`],
    [cloud, { HTTPS_PROXY: "" }, undefined],
    // Plain http is used only for this machine.
    [cloud, { HTTP_PROXY: p, http_proxy: p }, undefined],
    [cloud, { HTTPS_PROXY: p, NO_PROXY: "cerebro.cloud.dgraph.io" }, undefined],
    [cloud, { HTTPS_PROXY: p, no_proxy: "other.example.com, .dgraph.io" }, undefined],
    [cloud, { HTTPS_PROXY: p, NO_PROXY: "*.dgraph.io" }, undefined],
    [cloud, { HTTPS_PROXY: p, NO_PROXY: "*" }, undefined],
    [cloud, { HTTPS_PROXY: p, NO_PROXY: "cerebro.cloud.dgraph.io:443" }, undefined],
    [cloud, { HTTPS_PROXY: p, NO_PROXY: "cerebro.cloud.dgraph.io:8443" }, `${p}/`],
    [cloud, { HTTPS_PROXY: p, NO_PROXY: "dgraph.io.example.com" }, `${p}/`],
    ...["http://127.0.0.1:8070/graphql", "http://localhost:8070/", "http://[::1]:1/", "https://127.8.8.8/"].map(
      (url): [string, Record<string, string>, undefined] => [
        url,
        Object.fromEntries(["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"].map((name) => [name, p])),
        undefined,
      ],
    ),
  ];
  for (const [url, environment, proxy] of cases) {
    it(`to ${new URL(url).host} is ${proxy ?? "none"} with ${JSON.stringify(environment)}`, () => {
      Object.assign(process.env, environment);
      expect(proxyFor(new URL(url))?.url.href).to.equal(proxy);
    });
  }

  it("gets its decoded credentials in a header, and they are never printed", () => {
    process.env["HTTPS_PROXY"] = "http://user:pass%40word%21@proxy.example.com:3128";
    const proxy = proxyFor(new URL(cloud));
    expect(proxy?.url.href).to.equal(`${p}/`);
    const credentials = Buffer.from("user:pass@word!").toString("base64");
    expect(proxy?.headers).to.deep.equal({ "Proxy-Authorization": `Basic ${credentials}` });
    expect(scrub(`pass%40word%21 pass@word! ${credentials}`)).to.equal("[secret] [secret] [secret]");
  });

  it("may have a password with a literal percent sign", () => {
    process.env["HTTPS_PROXY"] = "http://user:100%sure@proxy.example.com:3128";
    const credentials = Buffer.from("user:100%sure").toString("base64");
    expect(proxyFor(new URL(cloud))?.headers["Proxy-Authorization"]).to.equal(`Basic ${credentials}`);
  });

  it("may be written without http://", () => {
    process.env["HTTPS_PROXY"] = "proxy.example.com:3128";
    expect(proxyFor(new URL(cloud))?.url.host).to.equal("proxy.example.com:3128");
  });

  for (const address of [
    "socks5://u:hunter2hunter2@p.example.com:1",
    "http://u:hunter2hunter2@",
    "http://u:hunter2hunter2@a b",
  ])
    it(`is refused without printing its credentials when it is ${address.replace(/u:.*@/, "…@")}`, () => {
      process.env["HTTPS_PROXY"] = address;
      const error = thrown(() => proxyFor(new URL(cloud)));
      expect(error).to.be.instanceOf(SettingsError);
      expect(error.message).not.to.contain("hunter2");
    });
});
