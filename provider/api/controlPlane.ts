import * as v from "valibot";
import { NullAnswerError, type RequestSite, UnauthorizedError } from "../errors/requestErrors";
import { keepSecret } from "../errors/redact";
import { ControlClient, type PlaneRequest } from "./client";
import {
  type CreatedDeployment,
  createdSchema,
  type Deployment,
  deploymentSchema,
  type DeploymentUpdate,
  type NewDeployment,
} from "./deployment";
import { type ControlOperation, controlDocuments } from "./documents";
import type { Call, Retrying } from "./retry";
import type { Session } from "./session";
import { shaped } from "./validateAnswer";

const listSchema = v.object({ deployments: v.nullable(v.array(deploymentSchema)) });
const logsSchema = v.object({ getLambdaLogs: v.nullable(v.array(v.string())) });
const createSchema = v.object({ createDeployment: v.nullable(createdSchema) });

/** From when to when, in the form that the service takes; all of it without them. */
export interface LogPeriod {
  readonly start?: string | undefined;
  readonly end?: string | undefined;
}

/** The control plane of Dgraph Cloud: one method an operation. */
export class ControlPlane {
  private readonly client: ControlClient;

  constructor(endpoint: URL, session: Session, retrying: Retrying) {
    this.client = new ControlClient(endpoint, session, retrying);
  }

  /** Every backend of the account. An incomplete answer is an error, never a shorter list. */
  async deployments(call: Call): Promise<Deployment[]> {
    const list = await this.send("deployments", {}, call, (data, site) => {
      const { deployments } = shaped(site, listSchema, data);
      if (deployments === null) throw invalidSession(site);
      return deployments;
    });
    for (const { jwtToken } of list) keepSecret(jwtToken);
    return [...new Map(list.map((deployment) => [deployment.uid, deployment])).values()];
  }

  /** Sent once. After an error for which `mayHaveChanged` holds, the backend may have been created. */
  async createDeployment(input: NewDeployment, call: Call): Promise<CreatedDeployment> {
    const created = await this.client.send({
      operation: "createDeployment",
      document: controlDocuments.createDeployment,
      variables: { dep: input },
      policy: "once",
      call,
      parse: (data, site) => {
        const answer = shaped(site, createSchema, data).createDeployment;
        // The session may be invalid, or the backend created: only the list can tell.
        if (answer === null) throw new NullAnswerError(site);
        return answer;
      },
    });
    keepSecret(created.jwtToken);
    return created;
  }

  async updateDeployment(input: DeploymentUpdate, call: Call): Promise<void> {
    await this.confirmed("updateDeployment", { dep: input }, call);
  }

  /** Returns the service's sentence. */
  async deleteDeployment(uid: string, call: Call): Promise<string> {
    return this.confirmed("deleteDeployment", { deploymentID: uid }, call);
  }

  /** Sets the lambda script of a backend. The script is plain source; an empty one removes it. */
  async updateLambda(uid: string, script: string, call: Call): Promise<void> {
    const lambdaScript = Buffer.from(script, "utf8").toString("base64");
    // The program may hold the script as a secret, which the provider cannot see.
    keepSecret(script);
    keepSecret(lambdaScript);
    await this.confirmed("updateLambda", { input: { deploymentID: uid, tenantID: 0, lambdaScript } }, call);
  }

  /** What the lambda of a backend has printed. */
  async lambdaLogs(uid: string, period: LogPeriod, call: Call): Promise<string[]> {
    const input = { deploymentID: uid, tenantID: 0, ...period };
    return this.send("getLambdaLogs", { input }, call, (data, site) => {
      const { getLambdaLogs } = shaped(site, logsSchema, data);
      if (getLambdaLogs === null) throw invalidSession(site);
      return getLambdaLogs;
    });
  }

  /** Sends an update or a delete. The service answers with a sentence. */
  private confirmed(operation: ControlOperation, variables: Variables, call: Call): Promise<string> {
    return this.send(operation, variables, call, (data, site) => {
      const sentence = shaped(site, sentenceSchema, data)[operation];
      if (sentence === null || sentence === undefined) throw invalidSession(site);
      return sentence;
    });
  }

  private send<T>(
    operation: ControlOperation,
    variables: Variables,
    call: Call,
    parse: PlaneRequest<T>["parse"],
  ): Promise<T> {
    const document = controlDocuments[operation];
    return this.client.send({ operation, document, variables, policy: "idempotent", call, parse });
  }
}

type Variables = PlaneRequest<unknown>["variables"];

const sentenceSchema = v.record(v.string(), v.nullish(v.string()));

/** With an invalid session the service answers HTTP 200 and null. */
function invalidSession(site: RequestSite): UnauthorizedError {
  return new UnauthorizedError(site, "the answer is null, as it is for a session that is not valid");
}
