import { expect } from "chai";
import { type LocalCloud, startLocalCloud } from "../../local/index";
import { add, make, type Made, post, session, setSchema } from "./calls";

describe("exports of a backend", () => {
  let local: LocalCloud;
  let backend: Made;

  before(async () => {
    local = await startLocalCloud({ provisioningMs: 0 });
    backend = await make(local, await session(local));
    await setSchema(backend, "type A { x: Int }");
  });
  after(() => local.close());

  const exported = async (): Promise<string> => {
    const { data } = await post(backend.slash, "mutation { export { signedUrls } }", {}, backend.auth);
    const { signedUrls } = (data as unknown as { export: { signedUrls: string[] } }).export;
    expect(signedUrls).to.have.length(1);
    return signedUrls[0] ?? "";
  };
  const status = async (url: string): Promise<number> =>
    (await fetch(url, { headers: { connection: "close" } })).status;

  it("are kept up to the last 50, each with the data of its time; older URLs answer 404", async () => {
    const urls: string[] = [];
    for (let count = 0; count < 52; count++) {
      await add(backend, "A", [{ x: count }]);
      urls.push(await exported());
    }
    expect(new Set(urls).size).to.equal(52);
    expect(await Promise.all(urls.slice(0, 2).map(status))).to.deep.equal([404, 404]);
    for (const [index, url] of urls.entries()) {
      if (index < 2) continue;
      const { nodes } = (await (await fetch(url)).json()) as { nodes: { values: Record<string, number> }[] };
      expect(nodes.at(-1)?.values["A.x"]).to.equal(index);
    }
  });

  it("are served under their exact paths only", async () => {
    const url = new URL(await exported());
    expect(await status(url.href)).to.equal(200);
    expect(await status(`${url.href}?token=x`)).to.equal(200);
    const [, , token = "", name = ""] = url.pathname.split("/");
    for (const path of [
      `/export/${token}/`,
      `/export/${token}`,
      `/export/${token.toUpperCase()}x/${name}`,
      `/export/${token}/${name.replace(".", "%2e")}`,
      `/export/${token}%2f${name}`,
      `/export/${token}/${name}%00`,
      `/export/${token}/${name}/`,
      `/export/${token}/..%2f${name}`,
      `/export/${token}//${name}`,
      `//export/${token}/${name}`,
      `/export/${"a".repeat(8_000)}`,
    ])
      expect(await status(`${url.origin}${path}`), path).to.be.oneOf([401, 404]);
    expect((await post(`${url.origin}${url.pathname}`, "{ a }", {}, backend.auth)).status).to.equal(404);
  });
});
