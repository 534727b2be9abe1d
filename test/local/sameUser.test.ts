import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import { type LocalCloud, startLocalCloud } from "../../local/index";
import { isSameUser, ownersIn } from "../../local/http/sameUser";
import { make, post, session } from "./calls";
import { fakeDgraph } from "./fakeDgraph";

const nobody = 65_534;
const updateLambda = "mutation($i: UpdateLambdaInput!) { updateLambda(input: $i) }";
const inFragment =
  "mutation($i: UpdateLambdaInput!) { ...f } fragment f on Mutation { renamed: updateLambda(input: $i) }";

describe("the user at the other end of a connection", () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     7        0 1 1 0
   1: 0100007F:D431 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1000        0 2 1 0
   2: 0100007F:1F90 0100007F:D431 01 00000000:00000000 00:00000000 00000000     7        0 3 1 0
   3: 0200007F:D431 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1001        0 4 1 0
`;

  it("is read from the system's table, with every connection that matches", () => {
    expect(ownersIn(table, 0xd431, 0x1f90)).to.deep.equal([1_000, 1_001]);
    expect(ownersIn(table, 0x1f90, 0xd431)).to.deep.equal([7]);
    expect(ownersIn(table, 1, 0x1f90)).to.deep.equal([]);
    const mapped = table.replaceAll("0100007F", "0000000000000000FFFF00000100007F");
    expect(ownersIn(mapped, 0xd431, 0x1f90), "of IPv6").to.deep.equal([1_000, 1_001]);
  });

  it("is the own user for a connection of this process, and unknown for one that does not exist", async () => {
    const server = createServer();
    const accepted = new Promise<boolean[]>((resolve) => {
      server.once("connection", (socket) => {
        resolve([isSameUser(socket), isSameUser({ localPort: socket.localPort, remotePort: 1 })]);
        socket.destroy();
      });
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
    expect(await accepted).to.deep.equal([true, process.platform !== "linux"]);
    client.destroy();
    server.close();
  });
});

describe("a lambda script for a backend that runs it", () => {
  let folder: string;
  let local: LocalCloud;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "dgraphcloud-peer-"));
    local = await startLocalCloud({
      engine: "dgraph",
      dgraph: fakeDgraph(folder, "exec sleep 60"),
      say: () => undefined,
    });
  });
  after(async () => {
    await local.close();
    rmSync(folder, { recursive: true });
  });

  it("is accepted from programs of the same user", async () => {
    const headers = await session(local);
    const { uid } = await make(local, headers);
    const input = { i: { deploymentID: uid, tenantID: 0, lambdaScript: "YQ==" } };
    expect((await post(local.endpoint, updateLambda, input, headers)).data).to.have.property("updateLambda");
    expect(local.cloud.get(uid).deployment.lambdaScript).to.equal("YQ==");
  });

  it("is refused from programs of another user who knows the log-in, in fragments too", async function () {
    // Only root can run a program as another user.
    if (process.getuid?.() !== 0) this.skip();
    const headers = await session(local);
    const { uid } = await make(local, headers);
    const program = `(async () => {
      for (const query of ${JSON.stringify([updateLambda, inFragment, "{ deployments { uid } }"])}) {
        const variables = ${JSON.stringify({ i: { deploymentID: uid, tenantID: 0, lambdaScript: "YQ==" } })};
        const headers = ${JSON.stringify({ "content-type": "application/json", ...headers })};
        const answer = await fetch("${local.endpoint}", { method: "POST", headers, body: JSON.stringify({ query, variables }) });
        console.log(answer.status, await answer.text());
      }
    })()`;
    const child = spawn(process.execPath, ["-e", program], {
      uid: nobody,
      cwd: "/",
      stdio: ["ignore", "pipe", "inherit"],
    });
    const answers = (await text(child.stdout)).trim().split("\n");
    for (const answer of answers.slice(0, 2))
      expect(answer).to.match(/^200 .*only that user may deploy one.*"data":null/);
    expect(answers[2], "a query is answered").to.match(/^200 .*deployments/);
    expect(local.cloud.get(uid).deployment.lambdaScript).to.equal("");
  });
});
