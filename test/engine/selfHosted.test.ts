import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { readdirSync } from "node:fs";
import { expect } from "chai";
import { type Cluster, firstUser, startCluster } from "../harness/cluster";
import { succeeds } from "../harness/engineStack";
import { selfHostedPage, Story } from "./howToReader";

/** Days that are no Sundays, on which the page takes full backups. */
const [monday, tuesday] = ["2026-11-23", "2026-11-24"];
const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);

describe(`engine: ${selfHostedPage}`, function () {
  this.timeout(300_000);
  let story: Story;
  let production: Cluster;
  let staging: Cluster;
  /** With access control. */
  let closed: Cluster;
  let gateway: Gateway;

  /** What stands for the addresses, the folder and the day of the page. */
  const instead = (day = monday): Record<string, string> => ({
    "http://127.0.0.1:8080": production.alpha.url,
    "https://production.example.com": production.alpha.url,
    "https://staging.example.com": staging.alpha.url,
    "staging.example.com": staging.alpha.host,
    "/backups/": `${production.folder}/`,
    "$(date -u +%F)": day,
  });
  const backups = (folder: string): string[] =>
    readdirSync(production.makeFolder(folder)).filter((name) => name.startsWith("dgraph."));

  before(async () => {
    production = await startCluster();
    staging = await startCluster();
    closed = await startCluster({ accessControl: {} });
    gateway = await Gateway.start(production.alpha.url, "the key");
    for (const folder of ["shop", "copies"]) production.makeFolder(folder);
    story = await Story.start(selfHostedPage, {});
  });
  after(async () => {
    await story.stack.close();
    await gateway.close();
    await Promise.all([production, staging, closed].map((cluster) => cluster.close()));
  });

  it("deploys a schema, and renames a field with its values", async () => {
    const { client } = production.alpha;
    await client.mutate([{ "dgraph.type": "Product", "Product.name": "tea", "Product.price": 2.5 }]);
    await story.follow("Self-hosted Dgraph", instead());
    expect(await story.stack.output("cluster")).to.equal(await client.clusterId());
    expect(await client.graphql("{ queryProduct { name cost } }")).to.deep.equal({
      queryProduct: [{ name: "tea", cost: 2.5 }],
    });
  });

  it("backs up once a night, in full and then what was written", async () => {
    const output = async (name: string): Promise<string> =>
      (await succeeds(story.stack.pulumi("-C", "backup", "stack", "output", name))).trim();
    await story.follow("Back up every night", instead(monday));
    expect(await output("type")).to.equal("full");
    expect(backups("shop")).to.deep.equal([await output("path")]);

    const again = ["-C", "backup", "up", "--yes", "--config", `night=${monday}`, "--expect-no-changes"];
    await succeeds(story.stack.pulumi(...again));
    await production.alpha.client.mutate([{ "dgraph.type": "Product", "Product.name": "bread" }]);
    await succeeds(story.stack.pulumi("-C", "backup", "up", "--yes", "--config", `night=${tuesday}`));
    expect(await output("type")).to.equal("incremental");
    expect(backups("shop")).to.have.length(2);
  });

  it("copies production into staging", async () => {
    await story.follow("Copy production into staging", instead(tomorrow));
    const confirmed = await succeeds(story.stack.pulumi("-C", "copy", "stack", "output", "confirmed"));
    expect(confirmed.trim()).to.equal("true");
    const { client } = staging.alpha;
    expect(await client.count("Product.name")).to.equal(2);
    expect(await client.schema()).to.equal(await production.alpha.client.schema());
  });

  it("logs in", async () => {
    const { stack } = story;
    await succeeds(stack.pulumi("stack", "init", "closed"));
    await succeeds(stack.pulumi("config", "set", "dgraphcloud:clusterUrl", closed.alpha.url));
    story.password = firstUser.password;
    await story.follow("Access control");
    await succeeds(stack.up());
    const { client } = closed.alpha;
    const groot = await client.logIn(firstUser.user, firstUser.password);
    expect(await groot.schema()).to.contain("type Product");
  });

  it("passes a gateway", async () => {
    const { stack } = story;
    await succeeds(stack.pulumi("stack", "init", "gateway"));
    await succeeds(stack.pulumi("config", "set", "dgraphcloud:clusterUrl", `${gateway.url}/dgraph`));
    story.password = JSON.stringify({ "X-Gateway-Key": "the key" });
    await story.follow("A gateway in front");
    await succeeds(stack.up());
    expect(await stack.output("cluster")).to.equal(await production.alpha.client.clusterId());
    expect(gateway.refused, "requests without the key, or for other paths").to.deep.equal([]);
    expect(gateway.passed).to.be.above(0);
  });

  it("shows the program of the example with a Helm release", async () => {
    await story.follow("A cluster beside its Helm release");
  });

  it("was followed to its end", () => {
    expect(story.left()).to.deep.equal([]);
  });
});

/** A gateway that wants a key, and serves a cluster below `/dgraph` on the paths that the page names. */
class Gateway {
  readonly refused: string[] = [];
  passed = 0;

  private constructor(private readonly server: Server) {}

  static async start(target: string, key: string): Promise<Gateway> {
    const server = createServer();
    const gateway = new Gateway(server);
    const served = /^\/dgraph(\/(?:admin|alter|query|mutate|graphql|health)(?:[/?].*)?)$/;
    server.on("request", (incoming, outgoing) => {
      const path = served.exec(incoming.url ?? "")?.[1];
      if (path === undefined || incoming.headers["x-gateway-key"] !== key) {
        gateway.refused.push(incoming.url ?? "");
        outgoing.writeHead(403).end();
        return;
      }
      gateway.passed++;
      const { method = "GET", headers } = incoming;
      const { host } = new URL(target);
      const onward = request(target + path, { method, headers: { ...headers, host } }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      onward.on("error", () => outgoing.destroy());
      incoming.pipe(onward);
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    return gateway;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }
}
