import { ActionLedger } from "./actionLedger";
import { ControlPlane } from "./api/control";
import { DeploymentList } from "./api/deploymentList";
import { DataPlane } from "./api/data";
import { RetryBudget, type Retrying } from "./api/retry";
import { Session } from "./api/session";
import type { Clock } from "./clock";
import { endpointUrl, type Settings } from "./config";
import { Ledger, type Sightings } from "./ledger";
import { Turns } from "./turns";

/** One account of Dgraph Cloud, as everything in this process shares it. */
export class Cloud {
  readonly endpoint: URL;
  readonly session: Session;
  readonly control: ControlPlane;
  readonly list: DeploymentList;
  readonly data: DataPlane;
  readonly ledger: Ledger;
  readonly actions = new ActionLedger();
  readonly turns: Turns;

  constructor(settings: Settings, clock: Clock, random: () => number = Math.random, sightings?: Sightings) {
    const retrying: Retrying = { clock, random, budget: new RetryBudget() };
    this.endpoint = endpointUrl(settings.endpoint);
    this.session = new Session(this.endpoint, settings.credentials, retrying);
    this.control = new ControlPlane(this.endpoint, this.session, retrying);
    this.list = new DeploymentList((call) => this.control.deployments(call), clock);
    this.data = new DataPlane(this.endpoint, this.list, retrying, () => this.session.account);
    this.ledger = new Ledger(sightings);
    this.turns = new Turns(clock);
  }
}
