import { ActionRecords } from "./actions";
import { ControlPlane } from "../api/controlPlane";
import { DeploymentList } from "../api/deploymentList";
import { DataPlane } from "../api/dataPlane";
import { RetryBudget, type Retrying } from "../api/retry";
import { Session } from "../api/session";
import type { Clock } from "../time";
import { endpointUrl, type Settings } from "../api/settings";
import { BackendRecords, type Siblings } from "./backends";
import { ActionQueue } from "./queue";

/** One account of Dgraph Cloud, as everything in this process shares it. */
export class Account {
  readonly endpoint: URL;
  readonly session: Session;
  readonly control: ControlPlane;
  readonly list: DeploymentList;
  readonly data: DataPlane;
  readonly backends: BackendRecords;
  readonly actions = new ActionRecords();
  readonly queue: ActionQueue;

  constructor(settings: Settings, clock: Clock, random: () => number = Math.random, sightings?: Siblings) {
    const retrying: Retrying = { clock, random, budget: new RetryBudget() };
    this.endpoint = endpointUrl(settings.endpoint);
    this.session = new Session(this.endpoint, settings.credentials, retrying);
    this.control = new ControlPlane(this.endpoint, this.session, retrying);
    this.list = new DeploymentList((call) => this.control.deployments(call), clock);
    this.data = new DataPlane(this.endpoint, this.list, retrying, () => this.session.accountName);
    this.backends = new BackendRecords(sightings);
    this.queue = new ActionQueue(clock);
  }
}
