import { readFileSync } from "node:fs";
import { startLocalCloud } from "dgraphcloud-local";
import { prepareDgraph } from "../tools/dgraph";

const count = Number(process.argv[2] ?? 8);

const rssMb = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;

/** How long several backends take to come up at once, each with a real Dgraph, and what memory they hold then. */
async function main(): Promise<void> {
  const { executable, version } = await prepareDgraph();
  const local = await startLocalCloud({ engine: "dgraph", dgraph: executable, provisioningMs: 0 });
  try {
    const [account] = local.accounts;
    if (account === undefined) throw new Error("the local cloud has no account");
    const began = Date.now();
    const up = await Promise.all(
      Array.from({ length: count }, async (_, index) => {
        const input = { name: `backend-${index}`, zone: "us-east-1", deploymentType: "dedicated" };
        const { uid } = await local.cloud.createDeployment(account, input);
        const { engine } = local.cloud.get(uid);
        await engine.start();
        if (!engine.isRunning) throw new Error(engine.problem);
        return { uid, seconds: (Date.now() - began) / 1000, pids: local.cloud.get(uid).engine.processes };
      }),
    );
    const rows = up.map(({ uid, seconds, pids }) => ({
      backend: uid,
      "up after s": seconds.toFixed(1),
      "memory MB": Math.round(pids.reduce((sum, pid) => sum + rssMb(pid), 0)),
    }));
    console.log(`Dgraph ${version}, ${count} backends at once`);
    console.table(rows);
    const total = rows.reduce((sum, row) => sum + row["memory MB"], 0);
    console.log(`all up after ${rows.at(-1)?.["up after s"] ?? ""} s, ${total} MB in all`);
  } finally {
    await local.close();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
