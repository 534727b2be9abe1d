import { join } from "node:path";
import type { LocalCloud } from "dgraphcloud-local";
import type { Engine } from "../../tools/engine";

/** What the engine is to see: a home and a state of its own in a folder, and the local cloud's first account. */
export function environmentOf(folder: string, engine: Engine, { endpoint, accounts }: LocalCloud): NodeJS.ProcessEnv {
  const [account] = accounts;
  return {
    HOME: process.env["HOME"],
    PATH: engine.path,
    PULUMI_HOME: join(folder, "home"),
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    DGRAPHCLOUD_ENDPOINT: endpoint,
    DGRAPHCLOUD_EMAIL: account?.email,
    DGRAPHCLOUD_PASSWORD: account?.password,
  };
}
