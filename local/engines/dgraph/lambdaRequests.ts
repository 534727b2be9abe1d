import { OperationTypeNode } from "graphql";
import type { Deployment } from "../../cloud/deployment";
import { operationOf } from "../../graphql/document";
import type { DatabaseRequest } from "../../lambda/messages";
import type { GraphqlBody } from "../engine";
import type { PairPorts } from "./ports";
import type { TlsClient } from "./tlsClient";

interface Asked {
  readonly client: TlsClient;
  readonly ports: PairPorts;
}

/**
 * Asks an Alpha what a lambda wants to know, with no more rights than its user has: without the token for the admin
 * operations, and in a read-only backend without mutations. DQL is open to lambdas in every other mode.
 */
export async function requestForLambda(
  { client, ports }: Asked,
  { deploymentMode }: Deployment,
  { path, headers, body }: DatabaseRequest,
  signal: AbortSignal,
): Promise<string> {
  if (deploymentMode === "readonly" && mutates(path, body)) throw new Error("the backend is read-only");
  const { status, text } = await client.send({ port: ports.alphaHttp, path, method: "POST", headers, signal }, body);
  if (status !== 200) throw new Error(`the database answered HTTP ${status}: ${text.slice(0, 200)}`);
  return text;
}

function mutates(path: string, body: string): boolean {
  if (path !== "/graphql") return path !== "/query";
  return operationOf(JSON.parse(body) as GraphqlBody)?.operation !== OperationTypeNode.QUERY;
}
