import { clusterAccess } from "../api/cluster/access";
import { ClusterDataPlane } from "../api/cluster/dataPlane";
import { CloudDataPlane } from "../api/cloudDataPlane";
import { ControlPlane } from "../api/controlPlane";
import type { DataPlane } from "../api/dataPlane";
import type { Deployment } from "../api/deployment";
import { DeploymentList } from "../api/deploymentList";
import { RetryBudget, type Retrying } from "../api/retry";
import { Session } from "../api/session";
import { checkSettings, endpointUrl, type Settings } from "../api/settings";
import { SettingsError } from "../errors/errors";
import type { Clock } from "../time";
import { ActionRecords } from "./actions";
import { Announcements } from "./announcements";
import { BackendRecords } from "./backends";
import { CreateRecords } from "./creates";
import { RunFacts } from "./facts";
import { ProtectionRecords } from "./protections";
import { ActionQueue } from "./queue";
import { RestoreRecords } from "./restores";
import { noSiblings, type Siblings } from "./siblingProcesses";

/** The API of an account of Dgraph Cloud. */
interface Cloud {
  readonly endpoint: URL;
  readonly session: Session;
  readonly control: ControlPlane;
  readonly list: DeploymentList;
  readonly backendPlane: CloudDataPlane;
}

/**
 * What a provider is connected to, an account of Dgraph Cloud or a cluster: its API, and what this process has learned about it in the current
 * run.
 */
export class Account {
  /** The endpoints at the data: those of the backends, or those of the cluster. */
  readonly data: DataPlane;
  private readonly cloud: Cloud | undefined;

  /** Facts about backends and their resources, shared by all provider processes of the run. */
  readonly facts: RunFacts;
  /** Backends, by uid. */
  readonly backends: BackendRecords;
  /** Protected backends, by the URN of their resource. */
  readonly protections: ProtectionRecords;
  /** Creates, by the name, zone and type of what they create. */
  readonly creates = new CreateRecords();
  /** Restores, by target and key. */
  readonly restores = new RestoreRecords();
  readonly actions = new ActionRecords();
  /** Ids of actions that this process sent and that may still be running, by target. */
  readonly unknownOutcomes = new Map<string, string>();
  readonly announcements = new Announcements();
  readonly queue: ActionQueue;

  constructor(settings: Settings, clock: Clock, random: () => number = Math.random, siblings: Siblings = noSiblings) {
    const retrying: Retrying = { clock, random, budget: new RetryBudget() };
    checkSettings(settings);
    this.cloud = settings.cluster === undefined ? connectAccount(settings, retrying, this.creates) : undefined;
    this.data =
      settings.cluster === undefined
        ? this.backendPlane
        : new ClusterDataPlane(clusterAccess(settings.cluster), retrying);
    this.facts = new RunFacts(siblings);
    this.backends = new BackendRecords(siblings, this.facts);
    this.protections = new ProtectionRecords(this.facts);
    this.queue = new ActionQueue(clock);
  }

  /** The address of the control plane. */
  get endpoint(): URL {
    return this.ofCloud.endpoint;
  }

  get session(): Session {
    return this.ofCloud.session;
  }

  get control(): ControlPlane {
    return this.ofCloud.control;
  }

  get list(): DeploymentList {
    return this.ofCloud.list;
  }

  get backendPlane(): CloudDataPlane {
    return this.ofCloud.backendPlane;
  }

  private get ofCloud(): Cloud {
    if (this.cloud !== undefined) return this.cloud;
    throw new SettingsError({
      code: "DGC803",
      why: "backends exist in an account of Dgraph Cloud only, and the settings connect to a cluster (clusterUrl).",
      next: "Use a Provider with the settings of an account, or leave out what is about a backend.",
    });
  }
}

function connectAccount(settings: Settings, retrying: Retrying, creates: CreateRecords): Cloud {
  const endpoint = endpointUrl(settings.endpoint);
  const session = new Session(endpoint, settings.credentials, retrying);
  const control = new ControlPlane(endpoint, session, retrying);
  const mayBeCreating = (deployment: Deployment): boolean => creates.mayBeCreating(deployment);
  const list = new DeploymentList((call) => control.deployments(call), retrying.clock, mayBeCreating);
  const backendPlane = new CloudDataPlane(endpoint, list, retrying, () => session.accountName);
  return { endpoint, session, control, list, backendPlane };
}
