import { ControlPlane } from "../api/controlPlane";
import { DataPlane } from "../api/dataPlane";
import { DeploymentList } from "../api/deploymentList";
import { RetryBudget, type Retrying } from "../api/retry";
import { Session } from "../api/session";
import { endpointUrl, type Settings } from "../api/settings";
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

/** One account of Dgraph Cloud: its API, and what this process has learned about it in the current run. */
export class Account {
  readonly endpoint: URL;
  readonly session: Session;
  readonly control: ControlPlane;
  readonly list: DeploymentList;
  readonly data: DataPlane;

  /** Facts about backends and their resources, shared by all provider processes of the run. */
  readonly facts: RunFacts;
  /** Backends, by uid. */
  readonly backends: BackendRecords;
  /** Protected backends, by the URN of their resource. */
  readonly protections: ProtectionRecords;
  /** Creates, by the name, zone and type of what they create. */
  readonly creates = new CreateRecords();
  /** Restores, by target and restore id. */
  readonly restores = new RestoreRecords();
  readonly actions = new ActionRecords();
  /** Ids of actions that this process sent and that may still be running, by target. */
  readonly unknownOutcomes = new Map<string, string>();
  readonly announcements = new Announcements();
  readonly queue: ActionQueue;

  constructor(settings: Settings, clock: Clock, random: () => number = Math.random, siblings: Siblings = noSiblings) {
    const retrying: Retrying = { clock, random, budget: new RetryBudget() };
    this.endpoint = endpointUrl(settings.endpoint);
    this.session = new Session(this.endpoint, settings.credentials, retrying);
    this.control = new ControlPlane(this.endpoint, this.session, retrying);
    this.list = new DeploymentList((call) => this.control.deployments(call), clock);
    this.data = new DataPlane(this.endpoint, this.list, retrying, () => this.session.accountName);
    this.facts = new RunFacts(siblings);
    this.backends = new BackendRecords(siblings, this.facts);
    this.protections = new ProtectionRecords(this.facts);
    this.queue = new ActionQueue(clock);
  }
}
