/** The account whose settings the states hold: it stays what it was for the first of them. */
export const account = { email: "dev@example.com", password: "dgraphcloud-local" };

const backends = `
  const { DGRAPHCLOUD_EMAIL: email, DGRAPHCLOUD_PASSWORD: password } = process.env;
  const provider = new dgraphcloud.Provider("account", { email, password });
  const args = { zone: "us-east-1", deploymentType: "dedicated" };
  const source = new dgraphcloud.Backend("source", { ...args, name: "production", lambdaScript: "export default 1" });
  const target = new dgraphcloud.Backend("target", { ...args, timeouts: { create: "10m" }, deletionProtection: true });
  new dgraphcloud.Backend("other", { zone: "us-east-1", deploymentType: "free" }, { provider });`;

const actions = `
  const restore = new dgraphcloud.Restore("restore", { target, source: source.uid, triggers: { run: 1 } });
  const all = { backend: target, allData: true, triggers: ["once"] };
  const drop = new dgraphcloud.DataDrop("drop", all, { dependsOn: restore });
  const parts = { backend: source, types: ["Task"], fields: ["Note.text"], notAfter: "2100-01-01T00:00:00Z" };
  new dgraphcloud.DataDrop("parts", parts, { dependsOn: drop });`;

/** One of everything that writes a state. It stays as it is: the states of all versions are the states of this program. */
export const program = { backends, all: backends + actions };
