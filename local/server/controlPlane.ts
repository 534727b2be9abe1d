import type { IncomingMessage } from "node:http";
import { Kind, valueFromASTUntyped } from "graphql";
import type { Cloud } from "../cloud/cloud";
import type { Account } from "../cloud/options";
import type { GraphqlBody } from "../graphql/body";
import { operationOf } from "../graphql/document";
import { operationName, rootFields } from "../graphql/execute";
import type { Answer } from "../http/answer";
import type { Bodies } from "../http/bodies";
import { HttpError } from "../http/httpError";
import { isSameUser } from "../http/sameUser";
import { bearer, type ParsedDocument, pathOf, readDocument } from "../http/request";
import { executeControl } from "./controlResolvers";
import type { RequestTarget } from "./pipeline";

/** A request to the control plane, before it is carried out. */
export interface ControlPlaneRequest {
  readonly target: RequestTarget;
  readonly account: Account | undefined;
  readonly parsed: ParsedDocument;
}

export async function readControlRequest(
  cloud: Cloud,
  request: IncomingMessage,
  bodies: Bodies,
): Promise<ControlPlaneRequest> {
  const parsed = await readDocument(request, bodies, false, () => {
    if (pathOf(request) !== "/graphql") throw new HttpError(404, "the control plane is at /graphql");
    if (request.method !== "POST") throw new HttpError(405, "the control plane takes POST");
  });
  const account = cloud.accountOf(bearer(request));
  const { uid, name } = parsed.document === undefined ? {} : backendIn(parsed.document);
  const target: RequestTarget = {
    plane: "control",
    operation: operationName(parsed.document),
    ...(uid !== undefined && { deployment: uid }),
    ...(account !== undefined && { account: account.email }),
    name: name ?? cloud.backend(uid ?? "")?.deployment.name,
  };
  return { target, account, parsed };
}

/** Answers a request to the control plane. */
export async function answerControl(
  cloud: Cloud,
  request: IncomingMessage,
  { account, parsed }: ControlPlaneRequest,
): Promise<Answer> {
  if (isScriptOfAnotherUser(cloud, request, parsed.document)) return { status: 200, body: scriptRefused };
  return { status: 200, body: await executeControl(cloud, account, parsed.orThrow()) };
}

/** The backend that a request names: by its uid, or by the name that a new backend shall have. */
function backendIn(body: GraphqlBody): { uid?: string; name?: string } {
  const [field] = operationOf(body)?.selectionSet.selections ?? [];
  if (field?.kind !== Kind.FIELD) return {};
  const values = Object.fromEntries(
    (field.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value, body.variables)]),
  );
  // An input that is not an object is refused when the field is resolved.
  const input = (typeof values["input"] === "object" ? values["input"] : undefined) ?? {};
  const { uid, deploymentID, name } = input as Readonly<Record<string, unknown>>;
  const found = [values["deploymentID"], uid, deploymentID].find((id) => typeof id === "string");
  if (typeof found === "string") return { uid: found };
  return field.name.value === "createDeployment" && typeof name === "string" ? { name } : {};
}

const scriptRefused = {
  errors: [{ message: "a lambda script runs as the user who started the local cloud: only that user may deploy one" }],
  data: null,
};

/** Whether a program of another user deploys a script. The log-in does not prevent that: every user of the machine may know it. */
function isScriptOfAnotherUser(cloud: Cloud, { socket }: IncomingMessage, document: GraphqlBody | undefined): boolean {
  if (!cloud.engines.runsLambdas || document === undefined) return false;
  return rootFields(document).includes("updateLambda") && !isSameUser(socket);
}
