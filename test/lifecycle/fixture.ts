import { type Fault, type LocalCloud, type LocalCloudOptions, startLocalCloud } from "dgraphcloud-local";
import { waitUntil } from "../harness/clocks";
import { recordsOf } from "../local/content";
import { Host, HostFailure, type Made, type Values } from "../harness/providerHost";

/** A local cloud with a source that has a backup, a target that has data of its own, and the real dynamic-provider host. */
export class Fixture {
  source = "";
  target = "";
  private process!: Host;

  private constructor(readonly local: LocalCloud) {}

  static async begin(options: LocalCloudOptions = {}): Promise<Fixture> {
    const fixture = new Fixture(await startLocalCloud({ provisioningMs: 0, restoreMs: 300, ...options }));
    fixture.source = await fixture.dedicated("production");
    fixture.target = await fixture.dedicated("staging");
    await fixture.write(fixture.source, "from-production");
    await fixture.local.cloud.get(fixture.source).takeBackup();
    await fixture.write(fixture.target, "of-staging");
    await fixture.restartHost();
    return fixture;
  }

  get request(): Host {
    return this.process.as("restoreRequest");
  }

  get completion(): Host {
    return this.process.as("restoreCompletion");
  }

  get drop(): Host {
    return this.process.as("dataDrop");
  }

  get schema(): Host {
    return this.process.as("graphqlSchema");
  }

  get output(): string {
    return this.process.output;
  }

  /** Waits for a log line, which can arrive after the answer. */
  async waitForOutput(text: string): Promise<void> {
    await waitUntil(() => this.output.includes(text), { tries: 50, everyMs: 20 });
    if (!this.output.includes(text)) throw new Error(`"${text}" was not said, but: ${this.output}`);
  }

  /** Starts a new provider process, without the memory of the old one. */
  async restartHost(): Promise<void> {
    if (this.process as Host | undefined) this.process.close();
    const [account] = this.local.accounts;
    this.process = await Host.start({
      DGRAPHCLOUD_ENDPOINT: this.local.endpoint,
      DGRAPHCLOUD_EMAIL: account?.email,
      DGRAPHCLOUD_PASSWORD: account?.password,
    });
  }

  async dedicated(name: string, deploymentType = "dedicated"): Promise<string> {
    const [account] = this.local.accounts;
    const made = await this.local.cloud.createDeployment(account!, { name, zone: "us-east-1", deploymentType });
    await this.local.cloud.get(made.uid).engine.setSchema("type Author { id: ID! name: String! }");
    return made.uid;
  }

  async write(uid: string, name: string): Promise<void> {
    const query = `mutation { addAuthor(input: [{ name: "${name}" }]) { numUids } }`;
    await this.local.cloud.get(uid).engine.graphql({ query });
  }

  /** The data of a backend, read without the provider. */
  async authors(uid: string): Promise<unknown[]> {
    return (await recordsOf(this.local.cloud.get(uid), "Author")).map((record) => record["name"]);
  }

  injectFault(operation: string, fault: Fault, calls?: readonly number[] | "every"): void {
    this.local.faults.add({ operation, fault, ...(calls !== undefined && { calls }) });
  }

  requestInputs(more: Values = {}): Values {
    return { target: this.target, source: this.source, __urn: urnOf("RestoreRequest", "r-request"), ...more };
  }

  completionInputs(request: Made, more: Values = {}): Values {
    const { target, restoreId } = request.properties;
    const __urn = urnOf("RestoreCompletion", "r-completion");
    return { request: request.id, target, ...(restoreId !== undefined && { restoreId }), __urn, ...more };
  }

  async close(): Promise<void> {
    this.process.close();
    await this.local.close();
  }
}

export function urnOf(kind: string, name: string): string {
  return `urn:pulumi:dev::test::dgraphcloud:index:Restore$pulumi-nodejs:dynamic/dgraphcloud:${kind}::${name}`;
}

/** Returns the failure of a call. Fails if the call succeeds. */
export async function failureOf(work: Promise<unknown>): Promise<HostFailure> {
  try {
    await work;
  } catch (error) {
    if (error instanceof HostFailure) return error;
    throw error;
  }
  throw new Error("the call did not fail");
}

/** Returns the partial failure of a call. Fails if the call succeeds or made nothing. */
export async function partialFailureOf(work: Promise<unknown>): Promise<Made & { readonly message: string }> {
  const { made, message } = await failureOf(work);
  if (made === undefined) throw new Error(`the failure is not partial: ${message}`);
  return { ...made, message };
}
