import { OperationTypeNode } from "graphql";
import type { Deployment } from "../../cloud/deployment";
import type { GraphqlBody } from "../../graphql/body";
import { operationOf } from "../../graphql/document";
import type { DatabaseRequest } from "../../lambda/messages";
import type { PairPorts } from "./ports";
import type { TlsClient } from "./tlsClient";

interface Database {
  readonly client: TlsClient;
  readonly ports: PairPorts;
}

/**
 * Sends a lambda's request to Alpha, with no more rights than the user has: without the admin token, and without mutations on
 * a read-only backend. In the other modes, lambdas may use DQL.
 */
export async function requestForLambda(
  { client, ports }: Database,
  { deploymentMode }: Deployment,
  { path, headers, body }: DatabaseRequest,
  signal: AbortSignal,
): Promise<string> {
  if (deploymentMode === "readonly" && mayMutate(path, body)) throw new Error("the backend is read-only");
  const { status, text } = await client.send({ port: ports.alphaHttp, path, method: "POST", headers, signal }, body);
  if (status !== 200) throw new Error(`the database answered HTTP ${status}: ${text.slice(0, 200)}`);
  return text;
}

function mayMutate(path: string, body: string): boolean {
  if (path !== "/graphql") return path !== "/query";
  return operationOf(JSON.parse(body) as GraphqlBody)?.operation !== OperationTypeNode.QUERY;
}
