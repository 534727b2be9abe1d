import type { LocalCloud } from "dgraphcloud-local";
import type { TestClock } from "../harness/clocks";
import { allowed, type Program } from "./program";
import { textOf, writeNote } from "./schemas";
import type { SimulatedStack } from "./simulatedStack";
import type { Step } from "./steps";

/** Changes a schema or the data without the provider. */
export async function applySchemaChange(
  { what, target, schema }: Extract<Step, { kind: "schema outside" }>,
  { local, stack, source, staging }: Environment,
): Promise<void> {
  const uid = what === "publish" ? source : target === "staging" ? staging : stack.live(target)?.id;
  const backend = uid === undefined ? undefined : local.cloud.backend(uid);
  if (uid === undefined || backend === undefined) return;
  if (what === "write") return writeNote(local, uid);
  if (what === "restore") {
    const from = local.cloud.get(source);
    const backup = (await from.engine.backups()).at(-1);
    // Refused while another one runs, and where the backend is not dedicated.
    if (backup !== undefined) await backend.startRestore(from, backup).catch(() => undefined);
    return;
  }
  // Dgraph may refuse the predicates, and has saved the text then.
  await backend.engine.setSchema(textOf(schema)).catch(() => undefined);
  if (what === "publish") await backend.takeBackup();
}

interface Environment {
  readonly local: LocalCloud;
  readonly stack: SimulatedStack;
  readonly program: Program;
  readonly clock: TestClock;
  readonly source: string;
  readonly staging: string;
}

/** Changes the cloud without the provider, as the console, a colleague or the service would. */
export async function applyOutsideChange(
  step: Extract<Step, { kind: "outside" }>,
  environment: Environment,
): Promise<void> {
  const { local, stack, program, clock, source, staging } = environment;
  const { cloud } = local;
  const { target } = step;
  if (step.what === "namesake") {
    const args = target === "staging" ? undefined : program.backends.get(target)?.args;
    if (args?.zone === undefined || args.deploymentType === undefined) return;
    const { name = `${target}-0123456`, zone, deploymentType } = allowed(args);
    await cloud.createDeployment(local.accounts[0]!, { name, zone: zone ?? "", deploymentType: deploymentType ?? "" });
    return;
  }
  const uid = target === "staging" ? staging : stack.live(target)?.id;
  const backend = uid === undefined ? undefined : cloud.backend(uid);
  if (uid === undefined || backend === undefined) return;
  switch (step.what) {
    case "expire":
      cloud.expireSessions();
      return;
    case "backup":
      await cloud.get(source).takeBackup();
      return;
    case "rename":
      backend.deployment.name = `renamed-${clock.now()}`;
      return;
    case "delete":
      // The backend outside of the stack stays, since the program could not recreate it.
      if (target !== "staging") await cloud.remove(uid);
      return;
    case "rotate":
      cloud.rotateToken(uid);
      return;
    case "restart":
      await backend.restartEngine();
      return;
    case "change mode":
      if (backend.deployment.deploymentType === "dedicated") backend.deployment.deploymentMode = "readonly";
      return;
    case "restores fail":
      backend.setRestoreOutcome({ status: "ERR", errors: ["the backup is damaged"] });
      return;
    case "restores work":
      backend.setRestoreOutcome({ status: "OK" });
  }
}
