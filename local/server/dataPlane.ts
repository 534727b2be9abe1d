import type { IncomingMessage } from "node:http";
import { GraphQLError, OperationTypeNode } from "graphql";
import type { Backend } from "../cloud/backend";
import type { Cloud } from "../cloud/cloud";
import type { Fault } from "../faults/rules";
import type { GraphqlBody } from "../graphql/body";
import { documentOf, operationOf } from "../graphql/document";
import { operationName, rootFields } from "../graphql/execute";
import type { Answer, StreamedAnswer } from "../http/answer";
import { type Bodies, declaresSmallBody, decompressed } from "../http/bodies";
import { HttpError } from "../http/httpError";
import { carriesToken, documentInQuery, pathOf, queryOf, readDocument, withoutToken } from "../http/request";
import { executeSlash } from "./slashResolvers";

/** A request to a backend, read as far as the journal and the faults need it. */
export interface DataPlaneRequest {
  readonly request: IncomingMessage;
  readonly path: string;
  /** Its name in the journal. */
  readonly operation: string;
  readonly document: () => GraphqlBody | undefined;
  /** The body of a request to `/admin/schema` or `/query`, unless the database reads it itself. */
  readonly text?: string;
}

const post = ["POST"];
/** The paths of a backend, with the methods of each. The other paths of Dgraph under `/admin/` stop or change its process. */
const methodsByPath = new Map<string, readonly string[]>([
  ["/graphql", ["OPTIONS", "GET", "POST"]],
  ["/admin", ["GET", "POST"]],
  ["/admin/slash", post],
  ["/admin/schema", post],
  ["/admin/schema/validate", post],
  ["/query", post],
  ["/mutate", post],
  ["/commit", post],
  ["/alter", post],
]);

/** Paths for DQL, Dgraph's own query language. They depend on the mode of the backend. */
const dqlPaths = ["/query", "/mutate", "/commit", "/alter"];

/** The names in the journal of requests whose body is not GraphQL. */
const plainOperations = new Map([
  ["/admin/schema", "updateGQLSchema"],
  ["/admin/schema/validate", "validate"],
  ...dqlPaths.map((path) => [path, path.slice(1)] as const),
]);

/** The fields of `/admin`. Dgraph's own `/admin` has more, which reach the files and processes of the machine. */
const adminFields = [
  ...["getGQLSchema", "updateGQLSchema", "health", "login", "getCurrentUser"],
  ...["getUser", "queryUser", "addUser", "updateUser", "deleteUser"],
  ...["getGroup", "queryGroup", "addGroup", "updateGroup", "deleteGroup"],
  ...["__schema", "__type", "__typename"],
];

export async function readDataRequest(
  backend: Backend,
  request: IncomingMessage,
  bodies: Bodies,
): Promise<DataPlaneRequest> {
  const path = pathOf(request);
  const { method = "" } = request;
  const withoutDocument = (operation: string): DataPlaneRequest => ({
    request,
    path,
    operation,
    document: () => undefined,
  });
  if (method === "OPTIONS") return withoutDocument("ready");
  if (isDownload(request)) return withoutDocument("download");
  if (methodsByPath.get(path)?.includes(method) !== true) return withoutDocument(operationName(undefined));
  const isAuthorized = carriesToken(request, backend.deployment.jwtToken);
  const plain = plainOperations.get(path);
  if (plain !== undefined) {
    const isAnswered = path === "/query" || !dqlPaths.includes(path);
    const isRead = isAuthorized && !backend.engine.streamsBodies && isAnswered;
    return { ...withoutDocument(plain), ...(isRead && { text: await bodies.text(request) }) };
  }
  // A persisted query may consist of a hash: only the database knows its text.
  const isForwarded = method === "POST" || queryOf(request).has("extensions");
  if (path === "/graphql" && isForwarded && !needsDocument(backend)) return withoutDocument("graphql");
  // A request without the token is refused later. A small document is still read, to name the operation in the journal.
  if (!isAuthorized && !declaresSmallBody(request)) return withoutDocument(operationName(undefined));
  const read = method === "GET" ? documentInQuery(request) : await readDocument(request, bodies, true);
  const operation = path === "/graphql" ? "graphql" : operationName(read.document);
  return { request, path, operation, document: read.orThrow };
}

/** Whether the local cloud must read documents: to find mutations, or because the engine does not read bodies itself. */
function needsDocument({ deployment, engine }: Backend): boolean {
  return deployment.deploymentMode === "readonly" || !engine.streamsBodies;
}

function isDownload(request: IncomingMessage): boolean {
  return request.method === "GET" && pathOf(request).startsWith("/export/");
}

/** Answers a request to a backend. */
export async function answerData(
  cloud: Cloud,
  backend: Backend,
  read: DataPlaneRequest,
  fault?: Fault,
): Promise<Answer | StreamedAnswer> {
  const { request, path } = read;
  const { engine } = backend;
  if (!backend.isReady()) throw new HttpError(503, engine.problem ?? "the backend is starting");
  await backend.advance();
  if (request.method === "OPTIONS" && path === "/graphql") {
    if (!(await engine.isHealthy())) throw new HttpError(503, "the backend's database does not answer queries now");
    return { status: 200, body: {} };
  }
  if (isDownload(request)) return download(backend, path);
  const { jwtToken } = backend.deployment;
  if (!carriesToken(request, jwtToken))
    throw new HttpError(401, "Unauthorized: a backend takes its jwtToken in the header X-Auth-Token");
  refuseUnknownPath(request);
  const document = read.document();
  const problem = document === undefined ? undefined : syntaxErrorOf(document);
  if (problem !== undefined) return graphqlError(problem);
  refuseMutatingGet(request, document);
  refuseByMode(backend, path, document);
  if (path === "/admin/slash" && document !== undefined)
    return { status: 200, body: await executeSlash(cloud, backend, document) };
  const refusal = path === "/admin" && document !== undefined ? refusalOfAdmin(document) : undefined;
  if (refusal !== undefined) return graphqlError(refusal);
  refuseFault(backend, fault);
  const isInQuery = request.method === "GET" && document !== undefined;
  return engine.serve({
    method: isInQuery ? "POST" : (request.method ?? "POST"),
    path,
    url: isInQuery ? path : (request.url ?? path),
    ...decompressed(request, withoutToken(request.headers, jwtToken)),
    ...(read.text !== undefined && { text: read.text }),
    ...(document !== undefined && { document }),
    now: cloud.behaviour.now(),
    isRestoring: backend.isRestoring,
    ...(fault !== undefined && { fault }),
  });
}

/** A real Dgraph decides itself what it saves and when. */
function refuseFault({ engine }: Backend, fault: Fault | undefined): void {
  if (engine.streamsBodies && (fault?.kind === "half-applied" || fault?.kind === "lag"))
    throw new HttpError(
      501,
      `the fault ${fault.kind} of a schema needs the engine memory: start without --engine dgraph`,
    );
}

/** Refuses a path or a method that a backend does not have. The message lists what it has. */
function refuseUnknownPath(request: IncomingMessage): void {
  const path = pathOf(request);
  const methods = methodsByPath.get(path);
  if (methods === undefined) {
    const all = [...methodsByPath].map(([known, its]) => `${its.join(", ")} ${known}`).join("; ");
    throw new HttpError(404, `a backend has no ${path.slice(0, 100)}; it has ${all}`);
  }
  if (!methods.includes(request.method ?? ""))
    throw new HttpError(405, `${path} takes ${methods.join(", ")}, not ${request.method ?? "this method"}`);
  if (request.headers.upgrade?.toLowerCase().includes("websocket") === true)
    throw new HttpError(405, "the local cloud does not support subscriptions: it accepts no WebSocket");
}

/** A GET must change nothing, since programs repeat, cache and prefetch it. */
function refuseMutatingGet(request: IncomingMessage, document: GraphqlBody | undefined): void {
  const sent = request.method === "GET" ? (document ?? documentInQuery(request).document) : undefined;
  if (sent !== undefined && operationOf(sent)?.operation !== OperationTypeNode.QUERY)
    throw new HttpError(405, "a GET takes queries only: send a mutation as POST");
}

function refuseByMode({ deployment }: Backend, path: string, document: GraphqlBody | undefined): void {
  const mode = deployment.deploymentMode;
  if (mode === "graphql" && dqlPaths.includes(path))
    throw new HttpError(403, `the backend's deploymentMode is graphql: ${path} needs flexible`);
  if (mode !== "readonly") return;
  const operation = document === undefined ? undefined : operationOf(document)?.operation;
  // Everything but a query is refused: the database might find a mutation where this parser finds no operation.
  const mayMutate = path === "/graphql" && operation !== OperationTypeNode.QUERY;
  if (mayMutate || (dqlPaths.includes(path) && path !== "/query")) throw new HttpError(403, "the backend is read-only");
}

function syntaxErrorOf(body: GraphqlBody): string | undefined {
  const document = documentOf(body);
  return document instanceof GraphQLError ? document.message : undefined;
}

function graphqlError(message: string): Answer {
  return { status: 200, body: { errors: [{ message }], data: null } };
}

function refusalOfAdmin(document: GraphqlBody): string | undefined {
  if (operationOf(document) === undefined) return "the document has no such operation";
  const unknown = rootFields(document).find((field) => !adminFields.includes(field));
  if (unknown === undefined) return undefined;
  const fields = adminFields.filter((field) => !field.startsWith("__")).join(", ");
  return `Cannot query field "${unknown}": it is not part of a backend's /admin, which has ${fields}`;
}

async function download(backend: Backend, path: string): Promise<StreamedAnswer> {
  const file = backend.download(path);
  const stream = await file?.open();
  if (file === undefined || stream === undefined) throw new HttpError(404, "no such export");
  const type = file.name.endsWith(".json") ? "application/json" : "application/octet-stream";
  return { status: 200, headers: { "content-type": type }, stream };
}
