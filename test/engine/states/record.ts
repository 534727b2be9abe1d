import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Stack } from "../../harness/engineStack";
import { account, program } from "./program";

/** Records the state of this version. Later versions must not change it. */
async function record(): Promise<void> {
  const stack = await Stack.start({ accounts: [account], provisioningMs: 0, restoreMs: 0 });
  const up = async (statements: string): Promise<void> => {
    stack.program(statements);
    const run = await stack.up();
    if (run.code !== 0) throw new Error(run.output);
  };
  try {
    await up(program.backends);
    const source = stack.local.cloud.all().find(({ name }) => name === "production");
    const schema = "type Task { id: ID! title: String } type Note { id: ID! text: String }";
    await stack.local.cloud.get(source?.uid ?? "").engine.setSchema(schema);
    await stack.local.cloud.get(source?.uid ?? "").takeBackup();
    await up(program.all);
    const { output } = await stack.pulumi("stack", "export", "--show-secrets");
    const state = JSON.stringify(JSON.parse(output, withoutTraces), undefined, 2);
    writeFileSync(
      join(__dirname, `${versionOf()}.json`),
      `${state.replace(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, "a-token")}\n`,
    );
  } finally {
    await stack.close();
  }
}

/** Paths of this machine are removed. */
function withoutTraces(key: string, value: unknown): unknown {
  return ["sourcePosition", "stackTrace"].includes(key) ? undefined : value;
}

function versionOf(): string {
  const file = readFileSync(resolve(__dirname, "../../../package.json"), "utf8");
  return (JSON.parse(file) as { version: string }).version;
}

void record();
