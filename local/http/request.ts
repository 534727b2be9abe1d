import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { Bodies } from "./bodies";
import type { GraphqlBody } from "../engines/engine";
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
  return graphqlOf(jsonObject(request, body, allowed));
}

function graphqlOf({ query, variables, operationName }: Record<string, unknown>): GraphqlBody {
  if (typeof query !== "string") throw new HttpProblem(400, 'the request must have a string "query"');
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
  const value = parsed("the body", body);
  if (typeof value !== "object" || value === null) throw new HttpProblem(400, "the body must be a JSON object");
  return value as Record<string, unknown>;
}

function parsed(what: string, text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    throw new HttpProblem(400, `${what} ${error instanceof Error ? error.message : "is not JSON"}`);
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
  return whenRequired(() => {
    check();
    return graphqlBody(request, text, bareAllowed);
  });
}

function whenRequired(read: () => GraphqlBody): ReadDocument {
  try {
    const document = read();
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

/** Reads the GraphQL document of a GET, which is in its address. */
export function documentInAddress(request: IncomingMessage): ReadDocument {
  return whenRequired(() => {
    const address = addressOf(request);
    const variables = address.get("variables");
    return graphqlOf({
      query: address.get("query"),
      operationName: address.get("operationName"),
      ...(variables !== null && { variables: parsed("the parameter variables", variables) }),
    });
  });
}

/** The path of a request without its query string. */
export function pathOf(request: IncomingMessage): string {
  return (request.url ?? "/").split("?", 1)[0] ?? "/";
}

/** The parameters in the address of a request. */
export function addressOf({ url = "" }: IncomingMessage): URLSearchParams {
  return new URLSearchParams(url.slice(url.indexOf("?") + 1 || url.length));
}

/** The token of the `Authorization` header of the control plane; empty without the scheme. */
export function bearer(request: IncomingMessage): string {
  return /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? "";
}

/**
 * The headers in which clients send a backend's token; in `Authorization` it has no scheme, as the vendor's client sends it. One
 * that holds another token is the user's own: a schema may name any of them for its `@auth` rules.
 */
const tokenHeaders = ["x-auth-token", "dg-auth", "authorization"];

/** Whether a request to a data plane carries the backend's token. */
export function carriesToken({ headers }: IncomingMessage, token: string): boolean {
  return tokenHeaders.some((name) => headers[name] === token);
}

/** The headers of a request that do not hold the backend's token. */
export function withoutToken(headers: IncomingHttpHeaders, token: string): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => !String(value).includes(token)));
}
