import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { GraphqlBody } from "../graphql/body";
import { parseJson } from "../text/json";
import type { Bodies } from "./bodies";
import { HttpError } from "./httpError";

/** A GraphQL request as JSON, or a document alone with the content type application/graphql. */
function graphqlBody(request: IncomingMessage, body: string, bareAllowed: boolean): GraphqlBody {
  if (bareAllowed && contentType(request) === "application/graphql") return { query: body };
  const allowed = `application/json${bareAllowed ? " or application/graphql" : ""}`;
  return graphqlOf(jsonObject(request, body, allowed));
}

function graphqlOf({ query, variables, operationName }: Record<string, unknown>): GraphqlBody {
  if (typeof query !== "string") throw new HttpError(400, 'the request must have a string "query"');
  return {
    query,
    ...(typeof variables === "object" && variables !== null && { variables: variables as Record<string, unknown> }),
    // Dgraph treats an empty name as none.
    ...(typeof operationName === "string" && operationName !== "" && { operationName }),
  };
}

/** The body of a request, which must be a JSON object. */
export async function readJson(request: IncomingMessage, bodies: Bodies): Promise<Record<string, unknown>> {
  return jsonObject(request, await bodies.text(request), "application/json");
}

function jsonObject(request: IncomingMessage, body: string, allowed: string): Record<string, unknown> {
  if (contentType(request) !== "application/json") throw new HttpError(415, `the content type must be ${allowed}`);
  const value = parsed("the body", body);
  if (typeof value !== "object" || value === null) throw new HttpError(400, "the body must be a JSON object");
  return value as Record<string, unknown>;
}

function parsed(what: string, text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    throw new HttpError(400, `${what} ${error instanceof Error ? error.message : "is not JSON"}`);
  }
}

function contentType(request: IncomingMessage): string | undefined {
  return (request.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase();
}

/** A parsed document. Its error is kept: the journal records the request before the request is refused. */
export interface ParsedDocument {
  readonly document: GraphqlBody | undefined;
  /** The document; throws the error when there is none. */
  readonly orThrow: () => GraphqlBody;
}

/** Reads the GraphQL document in the body of a request. `check` may throw to refuse the request itself. */
export async function readDocument(
  request: IncomingMessage,
  bodies: Bodies,
  bareAllowed: boolean,
  check: () => void = () => undefined,
): Promise<ParsedDocument> {
  const text = await bodies.text(request);
  return keepError(() => {
    check();
    return graphqlBody(request, text, bareAllowed);
  });
}

function keepError(read: () => GraphqlBody): ParsedDocument {
  try {
    const document = read();
    return { document, orThrow: () => document };
  } catch (error) {
    return {
      document: undefined,
      orThrow: () => {
        throw error;
      },
    };
  }
}

/** Reads the GraphQL document of a GET from its query string. */
export function documentInQuery(request: IncomingMessage): ParsedDocument {
  return keepError(() => {
    const parameters = queryOf(request);
    const variables = parameters.get("variables");
    return graphqlOf({
      query: parameters.get("query"),
      operationName: parameters.get("operationName"),
      ...(variables !== null && { variables: parsed("the parameter variables", variables) }),
    });
  });
}

/** The path of a request without its query string. */
export function pathOf(request: IncomingMessage): string {
  return (request.url ?? "/").split("?", 1)[0] ?? "/";
}

/** The parameters in the query string of a request. */
export function queryOf({ url = "" }: IncomingMessage): URLSearchParams {
  return new URLSearchParams(url.slice(url.indexOf("?") + 1 || url.length));
}

/** The token in the `Authorization: Bearer` header of a request to the control plane; empty without one. */
export function bearer(request: IncomingMessage): string {
  return /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? "";
}

/**
 * The headers in which clients send a backend's token. In `Authorization` it stands without a scheme, as the vendor's client
 * sends it. Any other value in one of these headers is the user's own: a schema may name any header for its `@auth` rules.
 */
const tokenHeaders = ["x-auth-token", "dg-auth", "authorization"];

/** Whether a request to a data plane carries the backend's token. */
export function carriesToken({ headers }: IncomingMessage, token: string): boolean {
  return tokenHeaders.some((name) => headers[name] === token);
}

/** The headers of a request, without those that hold the backend's token. */
export function withoutToken(headers: IncomingHttpHeaders, token: string): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => !String(value).includes(token)));
}
