import { Stack } from "../harness/engineStack";
import { Audit, type Leak } from "../harness/secretAudit";
import { injectTargetedFault } from "./injectTargetedFault";
import { faultTargetOf, type Moment, type Part, statementOf } from "./programParts";
import { type RecordedStatus, recordedStatusOf } from "./recordedStatus";
import { password } from "./world";

type Values = Record<string, unknown>;

/** The result of an up for one part. */
export interface EngineResult {
  /** The diagnostics of the resource and its dependencies. Empty after a success. */
  readonly message: string;
  readonly recorded: RecordedStatus;
  readonly id: string | undefined;
  readonly outputs: Values;
  /** The number of executed mutations. */
  readonly acts: number;
  readonly hits: number;
}

const mutations = ["updateDeployment", "updateLambda", "deleteDeployment", "restore", "dropData", "updateGQLSchema"];

/** Runs a program of many parts, each with its own fault, with the real engine. */
export class EngineRun {
  /** The output of all runs. */
  printed = "";
  /** The stored state after the last up. */
  stored = "";
  private made: string[] = [];
  private resources: readonly { urn: string; id?: string; outputs?: Values }[] = [];

  private constructor(
    private readonly stack: Stack,
    private readonly audit: Audit,
    readonly parts: readonly Part[],
  ) {}

  static async start(parts: readonly Part[]): Promise<EngineRun> {
    const accounts = [{ email: "canary@example.com", password }];
    const stack = await Stack.start({ accounts, provisioningMs: 700, restoreMs: 300 });
    return new EngineRun(stack, new Audit(stack), parts);
  }

  /** Creates backends outside of the stack for the parts that restore and drop. */
  async createBackends(): Promise<void> {
    const source = await this.make("production");
    await this.stack.local.cloud.get(source).takeBackup();
    for (const part of this.parts) {
      part.target = await this.make(`${part.name}-target`);
      part.source = part.row.step.name === "listBackups" ? await this.make(`${part.name}-source`) : source;
      if (part.source !== source) await this.stack.local.cloud.get(part.source).takeBackup();
    }
  }

  /** Runs the program at this moment. With `injectFaults`, every part meets its fault. */
  async up(moment: Moment, { injectFaults = false } = {}): Promise<Map<Part, EngineResult>> {
    const { local } = this.stack;
    local.journal.clear();
    const hits = new Map(
      injectFaults
        ? this.parts.map((part) => [
            part,
            injectTargetedFault(local, part.row, faultTargetOf(part, this.found(part)?.id)),
          ])
        : [],
    );
    this.stack.program(this.parts.map((part) => statementOf(part, moment)).join("\n"));
    const uidsBefore = new Map(this.parts.map((part) => [part, this.found(part)?.id]));
    const { code, output } = await this.stack.up("--continue-on-error", "--parallel", "64");
    if (moment === "before" && code !== 0) throw new Error(output);
    local.faults.clear();
    this.printed += output;
    const { text, resources } = await this.stack.state();
    this.stored = text;
    this.resources = resources;
    const said = diagnosticsOf(output);
    return new Map(
      this.parts.map((part) => {
        const resource = this.found(part);
        const outputs = resource?.outputs ?? {};
        return [
          part,
          {
            message: [...new Set([`${part.name}-request`, part.resource])].map((name) => said.get(name) ?? "").join(""),
            recorded: recordedStatusOf(resource?.outputs),
            id: resource?.id,
            outputs,
            acts: this.acts(part, resource?.id ?? uidsBefore.get(part)),
            hits: hits.get(part)?.() ?? 0,
          },
        ];
      }),
    );
  }

  /** Makes the stack's backends old enough for an absence from a list to be believed. */
  age(): Promise<void> {
    return this.stack.ageBackends();
  }

  /** Backends that neither the state nor the user knows. */
  orphans(): string[] {
    return this.stack.local.cloud
      .all()
      .map(({ uid }) => uid)
      .filter((uid) => !this.made.includes(uid) && !this.resources.some(({ id }) => id === uid))
      .filter((uid) => !this.printed.includes(uid));
  }

  duplicates(): string[] {
    const names = this.stack.local.cloud.all().map(({ name }) => name);
    return names.filter((name, index) => names.indexOf(name) !== index);
  }

  /** Secrets in output, state, temporary files or process arguments, and anything in output or state that looks like a token or an export. */
  secrets(): (Leak | string)[] {
    const everything = `${this.printed}\n${this.stored}`;
    return [
      ...(everything.match(/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]+|\/export\/[0-9a-f]{16,}/g) ?? []),
      ...this.audit.leaksIn(this.printed, "what was printed"),
      ...this.audit.leaksIn(this.stored, "the state"),
      ...this.audit.stop().leaks,
    ];
  }

  close(): Promise<void> {
    this.audit.stop();
    return this.stack.close();
  }

  private found({ resource }: Part): { urn: string; id?: string; outputs?: Values } | undefined {
    return this.resources.find(({ urn }) => urn.endsWith(`::${resource}`));
  }

  private acts(part: Part, id: string | undefined): number {
    const { cloud, journal } = this.stack.local;
    const uid = part.target === "" ? id : part.target;
    const created = part.row.step.asks === "createDeployment";
    if (created) return cloud.all().filter(({ name }) => name.startsWith(`${part.name}-`) || name === part.name).length;
    return journal.entries.filter(
      ({ operation, deployment, acted }) => acted && mutations.includes(operation) && deployment === uid,
    ).length;
  }

  private async make(name: string): Promise<string> {
    const [account] = this.stack.local.accounts;
    if (account === undefined) throw new Error("the local cloud has no account");
    const input = { name, zone: "us-east-1", deploymentType: "dedicated" };
    const { uid } = await this.stack.local.cloud.createDeployment(account, input);
    this.made.push(uid);
    await this.stack.local.cloud.get(uid).engine.setSchema("type Author { id: ID! name: String }");
    return uid;
  }
}

/** The engine's final diagnostics by resource name. */
function diagnosticsOf(output: string): Map<string, string> {
  const said = new Map<string, string>();
  let name = "";
  for (const line of output.slice(Math.max(0, output.indexOf("Diagnostics:"))).split("\n")) {
    const head = /^ {2}\S+ \(([^)]+)\):$/.exec(line);
    if (head !== null) name = head[1] ?? "";
    else if (!line.startsWith("    ")) name = "";
    else if (name !== "") said.set(name, `${said.get(name) ?? ""}${line.trim()}\n`);
  }
  return said;
}
