import { randomBytes } from "node:crypto";
import { Backend, type SavedBackend } from "./backend";
import { CallerError } from "./callerError";
import {
  type Deployment,
  type DeploymentUpdate,
  logLambda,
  type NewDeployment,
  subdomainOf,
  typeOf,
} from "./deployment";
import type { Engines } from "./engine";
import type { Account, Behaviour } from "./options";
import { type Organization, Organizations } from "./organizations";
import { signToken, verifyToken } from "./tokens";

const deploymentTypes = ["free", "shared", "dedicated"];
const deploymentModes = ["readonly", "graphql", "flexible"];
const sizes = ["small", "medium", "large", "xlarge"];

/** The state that is saved for the next start. */
export interface SavedCloud {
  readonly engine: string;
  readonly key: string;
  readonly nextUid: number;
  readonly generation: number;
  readonly organizations: readonly Organization[];
  readonly deployments: readonly { readonly deployment: Deployment; readonly backend: SavedBackend }[];
}

/** Serves the data planes of backends. */
export interface DataPlaneServer {
  /** Opens the data plane of a backend. Returns its address. */
  openDataPlane(backend: Backend): Promise<string>;
  closeDataPlane(backend: Backend): void;
}

/** Dgraph Cloud as a state machine: accounts, sessions, backends. It is free of HTTP. */
export class Cloud {
  private readonly key: string;
  private nextUid: number;
  private generation: number;
  readonly organizations: Organizations;
  private readonly backends = new Map<string, Backend>();
  /** Backends that are being created and have no address yet. */
  private readonly opening = new Set<Deployment>();

  constructor(
    readonly behaviour: Behaviour,
    private readonly server: DataPlaneServer,
    readonly engines: Engines,
    saved?: SavedCloud,
  ) {
    if (saved !== undefined && saved.engine !== engines.kind)
      throw new Error(
        `the folder was written with --engine ${saved.engine}, not ${engines.kind}: start with --engine ${saved.engine}, or choose another folder with --data`,
      );
    this.key = saved?.key ?? randomBytes(32).toString("hex");
    this.nextUid = saved?.nextUid ?? 0x42;
    this.generation = saved?.generation ?? 0;
    this.organizations = new Organizations(saved?.organizations ?? [], () => this.newUid());
    for (const { deployment, backend } of saved?.deployments ?? []) {
      this.backends.set(
        deployment.uid,
        new Backend(deployment, engines.make(deployment, backend.engine), behaviour, backend),
      );
    }
  }

  /** Returns a session token, or null for a wrong e-mail or password. */
  login(email: string, password: string): string | null {
    const account = this.behaviour.accounts.find(
      (candidate) => candidate.email === email && candidate.password === password,
    );
    if (account === undefined) return null;
    const now = this.behaviour.now();
    return this.sessionToken(account, (now + this.behaviour.sessionMs) / 1_000);
  }

  /** The account of a session token. Undefined when the token is not valid. */
  accountOf(token: string): Account | undefined {
    const now = this.behaviour.now();
    const claims = verifyToken(token, this.key, now);
    if (claims?.exp === undefined || claims.generation !== this.generation) return undefined;
    return this.behaviour.accounts.find(({ email }) => email === claims.email);
  }

  /** Ends every session that exists now. */
  expireSessions(): void {
    this.generation += 1;
  }

  deploymentsOf(account: Account): Deployment[] {
    return this.all().filter(
      ({ owner, organizationUID }) => owner === account.email || this.organizations.has(account, organizationUID),
    );
  }

  async createDeployment(account: Account, input: NewDeployment): Promise<Deployment> {
    this.validate(account, input);
    const now = this.behaviour.now();
    const deploymentType = typeOf(input);
    const uid = this.newUid();
    const deployment: Deployment = {
      lambdaScript: "",
      tenantID: 0,
      ...pickGiven(input, [
        "subdomain",
        "organizationUID",
        "size",
        "storage",
        "aclEnabled",
        "jaegerEnabled",
        "dgraphHA",
      ]),
      uid,
      name: input.name,
      zone: input.zone,
      url: "",
      owner: account.email,
      jwtToken: this.deploymentToken(uid),
      deploymentMode: input.deploymentMode ?? "graphql",
      deploymentType,
      createdAt: now,
      readyAt: now + this.behaviour.provisioningMs,
      lambdaLogs: [],
    };
    // No await between these two lines: the check of the next create must count this backend.
    this.engines.refuseWithoutRoom();
    const backend = new Backend(deployment, this.engines.make(deployment), this.behaviour);
    // From here on its name is in use, although the list shows the backend only once it has an address.
    this.opening.add(deployment);
    try {
      deployment.url = await this.server.openDataPlane(backend);
    } catch (error) {
      await backend.engine.remove();
      throw error;
    } finally {
      this.opening.delete(deployment);
    }
    this.backends.set(uid, backend);
    // The backend answers HTTP 503 until its database runs. A failure to start is in that answer, and in the log lines.
    backend.engine.start().catch(() => undefined);
    return deployment;
  }

  updateDeployment(account: Account, update: DeploymentUpdate): void {
    const deployment = this.ownDeployment(account, update.uid);
    this.validateMode(update.deploymentMode, deployment.deploymentType);
    if (update.name?.trim() === "") throw new CallerError("name must not be empty");
    this.validateName(update.name, deployment.uid);
    this.organizations.validate(account, update.organizationUID);
    Object.assign(deployment, pickGiven(update, ["name", "deploymentMode", "organizationUID"]));
    deployment.readyAt = Math.max(deployment.readyAt, this.behaviour.now() + this.behaviour.restartMs);
  }

  async deleteDeployment(account: Account, uid: string): Promise<void> {
    await this.remove(this.ownDeployment(account, uid).uid);
  }

  updateLambda(account: Account, uid: string, script: string): void {
    const deployment = this.ownDeployment(account, uid);
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(script)) throw new CallerError("lambdaScript is not base64");
    deployment.lambdaScript = script;
    logLambda(deployment, script === "" ? "lambda removed" : "lambda loaded");
  }

  lambdaLogs(account: Account, uid: string): string[] {
    return [...this.ownDeployment(account, uid).lambdaLogs];
  }

  // The methods below are for tests and for the user who runs the local cloud: they check no account.

  /** Every backend of every account. */
  all(): Deployment[] {
    return [...this.backends.values()].map(({ deployment }) => deployment);
  }

  /** A backend by its uid, or undefined. */
  backend(uid: string): Backend | undefined {
    return this.backends.get(uid);
  }

  /** A backend by its uid; throws when there is none. */
  get(uid: string): Backend {
    const backend = this.backends.get(uid);
    if (backend === undefined) throw new CallerError(`no deployment ${uid}`);
    return backend;
  }

  allBackends(): Backend[] {
    return [...this.backends.values()];
  }

  async remove(uid: string): Promise<void> {
    const backend = this.get(uid);
    this.server.closeDataPlane(backend);
    this.backends.delete(uid);
    await backend.engine.remove();
  }

  /** Gives a backend a new token. The old one is refused from now on. */
  rotateToken(uid: string): string {
    const { deployment } = this.get(uid);
    deployment.jwtToken = this.deploymentToken(uid);
    return deployment.jwtToken;
  }

  save(): SavedCloud {
    return this.stateWith((backend) => backend.saved());
  }

  /** A text that changes whenever the result of `save` does. Cheap, since it leaves out what the databases hold. */
  fingerprint(): string {
    return JSON.stringify(this.stateWith((backend) => backend.fingerprint()));
  }

  private stateWith(savedOf: (backend: Backend) => SavedBackend): SavedCloud {
    return {
      engine: this.engines.kind,
      key: this.key,
      nextUid: this.nextUid,
      generation: this.generation,
      organizations: this.organizations.saved(),
      deployments: [...this.backends.values()].map((backend) => ({
        deployment: backend.deployment,
        backend: savedOf(backend),
      })),
    };
  }

  private newUid(): string {
    return `0x${(this.nextUid++).toString(16)}`;
  }

  private ownDeployment(account: Account, uid: string): Deployment {
    const found = this.deploymentsOf(account).find((deployment) => deployment.uid === uid);
    if (found === undefined) throw new CallerError(`no deployment ${uid} in this account`);
    return found;
  }

  private validate(account: Account, input: NewDeployment): void {
    const type = typeOf(input);
    if (input.name.trim() === "") throw new CallerError("name must not be empty");
    if (input.zone.trim() === "") throw new CallerError("zone must not be empty");
    if (!deploymentTypes.includes(type)) throw new CallerError(`unknown deploymentType "${type}"`);
    if (input.size != null && !sizes.includes(input.size)) throw new CallerError(`unknown size "${input.size}"`);
    this.validateMode(input.deploymentMode, type);
    this.validateName(input.name, undefined);
    this.organizations.validate(account, input.organizationUID);
    const isTaken =
      input.subdomain != null &&
      [...this.all(), ...this.opening].some((other) => subdomainOf(other) === input.subdomain);
    if (isTaken && this.behaviour.uniqueSubdomains)
      throw new CallerError(`subdomain "${input.subdomain ?? ""}" is taken`);
  }

  private validateMode(mode: string | null | undefined, type: string): void {
    if (mode == null) return;
    if (!deploymentModes.includes(mode)) throw new CallerError(`unknown deploymentMode "${mode}"`);
    if (mode !== "graphql" && type !== "dedicated")
      throw new CallerError(`deploymentMode "${mode}" is for dedicated backends only`);
  }

  private validateName(name: string | null | undefined, uid: string | undefined): void {
    if (!this.behaviour.uniqueNames || name == null) return;
    if ([...this.all(), ...this.opening].some((other) => other.name === name && other.uid !== uid))
      throw new CallerError(`name "${name}" is taken`);
  }

  private sessionToken({ email }: Account, exp: number): string {
    return signToken({ sub: email, email, exp, generation: this.generation }, this.key);
  }

  private deploymentToken(uid: string): string {
    return signToken({ sub: uid }, this.key);
  }
}

/** The named values that are given, so neither null nor undefined. */
function pickGiven<T extends object, K extends keyof T>(values: T, names: readonly K[]): Partial<Pick<T, K>> {
  return Object.fromEntries(
    names.filter((name) => values[name] != null).map((name) => [name, values[name]]),
  ) as Partial<Pick<T, K>>;
}
