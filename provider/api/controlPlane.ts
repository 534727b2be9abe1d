import * as v from "valibot";
import { RefusedError } from "../errors/errors";
import { NullAnswerError, RequestError, type RequestSite, UnauthorizedError } from "../errors/requestErrors";
import { keepSecret } from "../errors/redact";
import {
  type CreatedDeployment,
  createdSchema,
  type Deployment,
  deploymentSchema,
  type DeploymentUpdate,
  type NewDeployment,
} from "./deployment";
import { type ControlOperation, controlDocuments } from "./documents";
import { type Call, type RetryPolicy, requestMs, type Retrying, withRetries } from "./retry";
import type { Session } from "./session";
import { shaped } from "./shape";
import { postGraphql } from "./transport";

const listSchema = v.object({ deployments: v.nullable(v.array(deploymentSchema)) });
const createSchema = v.object({ createDeployment: v.nullable(createdSchema) });

/** The control plane of Dgraph Cloud: one method an operation. */
export class ControlPlane {
  constructor(
    private readonly endpoint: URL,
    private readonly session: Session,
    private readonly retrying: Retrying,
  ) {}

  /** Every backend of the account. An answer that is incomplete in any way is an error, never a shorter list. */
  async deployments(call: Call): Promise<Deployment[]> {
    const list = await this.send("deployments", {}, "freely", call, (data, site) => {
      const { deployments } = shaped(site, listSchema, data);
      if (deployments === null) throw badSession(site);
      return deployments;
    });
    for (const { jwtToken } of list) keepSecret(jwtToken);
    return [...new Map(list.map((deployment) => [deployment.uid, deployment])).values()];
  }

  /** Sent once. A LostAnswerError or a WrongShapeError says that a backend may have been created. */
  async createDeployment(input: NewDeployment, call: Call): Promise<CreatedDeployment> {
    const created = await this.send("createDeployment", { dep: input }, "unless-sent", call, (data, site) => {
      const answer = shaped(site, createSchema, data).createDeployment;
      // It may be a bad session, or not: only a look at the list can tell.
      if (answer === null) throw new NullAnswerError(site);
      return answer;
    });
    keepSecret(created.jwtToken);
    return created;
  }

  async updateDeployment(input: DeploymentUpdate, call: Call): Promise<void> {
    await this.send("updateDeployment", { dep: input }, "freely", call, confirmation("updateDeployment"));
  }

  /** Gives the service's sentence. */
  async deleteDeployment(uid: string, call: Call): Promise<string> {
    return this.send("deleteDeployment", { deploymentID: uid }, "freely", call, confirmation("deleteDeployment"));
  }

  /** Sets the lambda script of a backend, given as plain source; an empty one removes it. */
  async updateLambda(uid: string, script: string, call: Call): Promise<void> {
    const lambdaScript = Buffer.from(script, "utf8").toString("base64");
    // The program may hold it as a secret; the provider is not told.
    keepSecret(script);
    keepSecret(lambdaScript);
    const input = { deploymentID: uid, tenantID: 0, lambdaScript };
    await this.send("updateLambda", { input }, "freely", call, confirmation("updateLambda"));
  }

  private async send<T>(
    operation: ControlOperation,
    variables: Readonly<Record<string, unknown>>,
    repeat: RetryPolicy,
    call: Call,
    parse: (data: unknown, site: RequestSite) => T,
  ): Promise<T> {
    const site = { operation, host: this.endpoint.host };
    const document = controlDocuments[operation];
    const request = {
      url: this.endpoint,
      operation,
      document,
      variables,
      signal: call.signal,
      idempotent: repeat === "freely",
      isEndpoint: true,
    };
    const post = async (token: string): Promise<T> => {
      const timeoutMs = requestMs(this.retrying.clock, document, repeat, call);
      return parse(await postGraphql({ ...request, timeoutMs, headers: { authorization: `Bearer ${token}` } }), site);
    };
    let renewals = 0;
    return withRetries(this.retrying, repeat, call, async () => {
      const token = await loggedIn(site, this.session.token(call));
      try {
        return await post(token);
      } catch (error) {
        if (!(error instanceof UnauthorizedError) || renewals++ > 0) throw error;
        const renewed = await loggedIn(site, this.session.renewed(token, call));
        if (renewed === token) throw error;
        return post(renewed);
      }
    });
  }
}

/** A log-in whose answer was lost says nothing of the operation behind it, which was not sent. */
async function loggedIn(site: RequestSite, token: Promise<string>): Promise<string> {
  try {
    return await token;
  } catch (cause) {
    if (!(cause instanceof RequestError)) throw cause;
    throw new RefusedError({
      code: cause.code,
      why: `${site.operation} was not sent: ${cause.why}`,
      next: cause.next,
      cause,
    });
  }
}

/** Updates and deletes answer with a sentence. */
function confirmation(operation: ControlOperation): (data: unknown, site: RequestSite) => string {
  const schema = v.record(v.string(), v.nullish(v.string()));
  return (data, site) => {
    const sentence = shaped(site, schema, data)[operation];
    if (sentence === null || sentence === undefined) throw badSession(site);
    return sentence;
  };
}

/** With a bad session the service answers HTTP 200 and null. */
function badSession(site: RequestSite): UnauthorizedError {
  return new UnauthorizedError(site, "the answer is null, as it is for a session that is not valid");
}
