import type { IncomingMessage } from "node:http";
import type { Bodies } from "./bodies";
import type { GraphqlBody } from "./engines/engine";
import { parseJson } from "./json";

/** A request that gets an HTTP status other than 200. */
export class HttpProblem extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** A GraphQL document as JSON, or bare with the content type application/graphql. */
function graphqlBody(request: IncomingMessage, body: string, bareAllowed: boolean): GraphqlBody {
  if (bareAllowed && contentType(request) === "application/graphql") return { query: body };
  const allowed = `application/json${bareAllowed ? " or application/graphql" : ""}`;
  const { query, variables, operationName } = jsonObject(request, body, allowed);
  if (typeof query !== "string") throw new HttpProblem(400, 'the body must have a string "query"');
  return {
    query,
    ...(typeof variables === "object" && variables !== null && { variables: variables as Record<string, unknown> }),
    // An empty one is none, as it is for Dgraph.
    ...(typeof operationName === "string" && operationName !== "" && { operationName }),
  };
}

/** The JSON object that a request carries. */
export async function readJson(request: IncomingMessage, bodies: Bodies): Promise<Record<string, unknown>> {
  return jsonObject(request, await bodies.text(request), "application/json");
}

function jsonObject(request: IncomingMessage, body: string, allowed: string): Record<string, unknown> {
  if (contentType(request) !== "application/json") throw new HttpProblem(415, `the content type must be ${allowed}`);
  const value = parsed(body);
  if (typeof value !== "object" || value === null) throw new HttpProblem(400, "the body must be a JSON object");
  return value as Record<string, unknown>;
}

function parsed(body: string): unknown {
  try {
    return parseJson(body);
  } catch (error) {
    throw new HttpProblem(400, `the body ${error instanceof Error ? error.message : "is not JSON"}`);
  }
}

function contentType(request: IncomingMessage): string | undefined {
  return (request.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase();
}

/** A document that is read for the journal first, and complained of only when the request is carried out. */
export interface ReadDocument {
  readonly document: GraphqlBody | undefined;
  readonly required: () => GraphqlBody;
}

/** Reads the GraphQL document of a request, unless a check of the request itself fails. */
export async function readDocument(
  request: IncomingMessage,
  bodies: Bodies,
  bareAllowed: boolean,
  check: () => void = () => undefined,
): Promise<ReadDocument> {
  const text = await bodies.text(request);
  try {
    check();
    const document = graphqlBody(request, text, bareAllowed);
    return { document, required: () => document };
  } catch (error) {
    return {
      document: undefined,
      required: () => {
        throw error;
      },
    };
  }
}

/** The path of a request without its query string. */
export function pathOf(request: IncomingMessage): string {
  return (request.url ?? "/").split("?", 1)[0] ?? "/";
}

/** The token of the `Authorization` header of the control plane; empty without the scheme. */
export function bearer(request: IncomingMessage): string {
  return /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? "";
}

/** Whether a request to a data plane carries the backend's token in one of the headers that the path takes. */
export function carriesToken(request: IncomingMessage, path: string, token: string): boolean {
  const header = (name: string): string | undefined => {
    const value = request.headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  const given = [
    header("x-auth-token"),
    ...(path === "/admin" ? [header("dg-auth")] : []),
    // The vendor's client sends the raw token here, without a scheme.
    ...(path === "/admin" || path === "/admin/slash" ? [header("authorization")] : []),
  ];
  return given.includes(token);
}
