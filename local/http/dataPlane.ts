import type { IncomingMessage } from "node:http";
import { GraphQLError, OperationTypeNode } from "graphql";
import type { Answer, StreamedAnswer } from "./answer";
import type { Backend } from "../cloud/backend";
import { type Bodies, saysSmall, unpacked } from "./bodies";
import type { Cloud } from "../cloud/cloud";
import { documentOf, operationOf } from "../graphql/document";
import type { GraphqlBody } from "../engines/engine";
import { operationName, rootFields } from "../graphql/execute";
import { slashPlane } from "../graphql/resolvers";
import { addressOf, carriesToken, documentInAddress, HttpProblem, pathOf, readDocument, withoutToken } from "./request";

/** A request to a backend, read as far as it has to be. */
export interface AskedData {
  readonly request: IncomingMessage;
  readonly path: string;
  /** What the journal calls it. */
  readonly operation: string;
  readonly document: () => GraphqlBody | undefined;
  /** The schema that was sent to `/admin/schema`, if the database does not read it itself. */
  readonly text?: string;
}

const post = ["POST"];
/** The paths of a backend, and the methods of each. Under `/admin/`, Dgraph has others, which end or change its process. */
const served = new Map<string, readonly string[]>([
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

/** Dgraph's own query language, for backends whose mode lets it through. */
const dqlPaths = ["/query", "/mutate", "/commit", "/alter"];

/** What the journal calls a request whose body is no GraphQL. */
const plainOperations = new Map([
  ["/admin/schema", "updateGQLSchema"],
  ["/admin/schema/validate", "validate"],
  ...dqlPaths.map((path) => [path, path.slice(1)] as const),
]);

/** What `/admin` has; the database's own has more, which reaches the files and processes of the machine. */
const adminFields = [
  ...["getGQLSchema", "updateGQLSchema", "health", "login", "getCurrentUser"],
  ...["getUser", "queryUser", "addUser", "updateUser", "deleteUser"],
  ...["getGroup", "queryGroup", "addGroup", "updateGroup", "deleteGroup"],
  ...["__schema", "__type", "__typename"],
];

export async function readDataRequest(backend: Backend, request: IncomingMessage, bodies: Bodies): Promise<AskedData> {
  const path = pathOf(request);
  const { method = "" } = request;
  const unread = (operation: string): AskedData => ({ request, path, operation, document: () => undefined });
  if (method === "OPTIONS") return unread("ready");
  if (isDownload(request)) return unread("download");
  if (served.get(path)?.includes(method) !== true) return unread(operationName(undefined));
  const isAdmitted = carriesToken(request, backend.deployment.jwtToken);
  const plain = plainOperations.get(path);
  if (plain !== undefined) {
    const isRead = isAdmitted && !backend.engine.streams && !dqlPaths.includes(path);
    return { ...unread(plain), ...(isRead && { text: await bodies.text(request) }) };
  }
  // A persisted query may be named by its hash alone: only the database knows its text.
  const isPassedOn = method === "POST" || addressOf(request).has("extensions");
  if (path === "/graphql" && isPassedOn && !needsDocument(backend)) return unread("graphql");
  // Who has no token is refused; a small document is read before that, as the journal and the faults go by what is in it.
  if (!isAdmitted && !saysSmall(request)) return unread(operationName(undefined));
  const read = method === "GET" ? documentInAddress(request) : await readDocument(request, bodies, true);
  const operation = path === "/graphql" ? "graphql" : operationName(read.document);
  return { request, path, operation, document: read.required };
}

/** A real database reads its documents itself, however large they are; here they are read to look for mutations. */
function needsDocument({ deployment, engine }: Backend): boolean {
  return deployment.deploymentMode === "readonly" || !engine.streams;
}

function isDownload(request: IncomingMessage): boolean {
  return request.method === "GET" && pathOf(request).startsWith("/export/");
}

/** Answers a request to a backend. */
export async function answerData(cloud: Cloud, backend: Backend, asked: AskedData): Promise<Answer | StreamedAnswer> {
  const { request, path } = asked;
  const { engine } = backend;
  if (!backend.isReady()) throw new HttpProblem(503, engine.problem ?? "the backend is starting");
  await backend.advance();
  if (request.method === "OPTIONS" && path === "/graphql") {
    if (!(await engine.isHealthy())) throw new HttpProblem(503, "the backend's database does not answer queries now");
    return { status: 200, body: {} };
  }
  if (isDownload(request)) return download(backend, path);
  const { jwtToken } = backend.deployment;
  if (!carriesToken(request, jwtToken))
    throw new HttpProblem(401, "Unauthorized: a backend takes its jwtToken in the header X-Auth-Token");
  refuseUnserved(request);
  const document = asked.document();
  const problem = document === undefined ? undefined : unusable(document);
  if (problem !== undefined) return graphqlError(problem);
  refuseWritingGet(request, document);
  refuseByMode(backend, path, document);
  if (path === "/admin/slash" && document !== undefined)
    return { status: 200, body: await slashPlane(cloud, backend, document) };
  const foreign = path === "/admin" && document !== undefined ? foreignToAdmin(document) : undefined;
  if (foreign !== undefined) return graphqlError(foreign);
  const isInAddress = request.method === "GET" && document !== undefined;
  return engine.serve({
    method: isInAddress ? "POST" : (request.method ?? "POST"),
    path,
    url: isInAddress ? path : (request.url ?? path),
    ...unpacked(request, withoutToken(request.headers, jwtToken)),
    ...(asked.text !== undefined && { text: asked.text }),
    ...(document !== undefined && { document }),
  });
}

/** Refuses a path or a method that a backend does not have, and says what it has. */
function refuseUnserved(request: IncomingMessage): void {
  const path = pathOf(request);
  const methods = served.get(path);
  if (methods === undefined) {
    const all = [...served].map(([one, by]) => `${by.join(", ")} ${one}`).join("; ");
    throw new HttpProblem(404, `a backend has no ${path.slice(0, 100)}; it has ${all}`);
  }
  if (!methods.includes(request.method ?? ""))
    throw new HttpProblem(405, `${path} takes ${methods.join(", ")}, not ${request.method ?? "this method"}`);
  if (request.headers.upgrade?.toLowerCase().includes("websocket") === true)
    throw new HttpProblem(405, "a backend of the local cloud has no subscriptions: it takes no WebSocket");
}

/** Programs repeat, cache and prefetch a GET, since they expect it to change nothing. */
function refuseWritingGet(request: IncomingMessage, document: GraphqlBody | undefined): void {
  const asked = request.method === "GET" ? (document ?? documentInAddress(request).document) : undefined;
  if (asked !== undefined && operationOf(asked)?.operation !== OperationTypeNode.QUERY)
    throw new HttpProblem(405, "a GET takes queries only: send a mutation as POST");
}

function refuseByMode({ deployment }: Backend, path: string, document: GraphqlBody | undefined): void {
  const mode = deployment.deploymentMode;
  if (mode === "graphql" && dqlPaths.includes(path))
    throw new HttpProblem(403, `the backend's deploymentMode is graphql: ${path} needs flexible`);
  if (mode !== "readonly") return;
  const operation = document === undefined ? undefined : operationOf(document)?.operation;
  // Anything but a query: what has no operation here might have one to the database, which reads for itself.
  const mayMutate = path === "/graphql" && operation !== OperationTypeNode.QUERY;
  if (mayMutate || (dqlPaths.includes(path) && path !== "/query"))
    throw new HttpProblem(403, "the backend is read-only");
}

function unusable(body: GraphqlBody): string | undefined {
  const document = documentOf(body);
  return document instanceof GraphQLError ? document.message : undefined;
}

function graphqlError(message: string): Answer {
  return { status: 200, body: { errors: [{ message }], data: null } };
}

function foreignToAdmin(document: GraphqlBody): string | undefined {
  if (operationOf(document) === undefined) return "the document has no such operation";
  const foreign = rootFields(document).find((field) => !adminFields.includes(field));
  if (foreign === undefined) return undefined;
  const fields = adminFields.filter((field) => !field.startsWith("__")).join(", ");
  return `Cannot query field "${foreign}": it is not part of a backend's /admin, which has ${fields}`;
}

async function download(backend: Backend, path: string): Promise<StreamedAnswer> {
  const file = backend.download(path);
  const stream = await file?.open();
  if (file === undefined || stream === undefined) throw new HttpProblem(404, "no such export");
  const type = file.name.endsWith(".json") ? "application/json" : "application/octet-stream";
  return { status: 200, headers: { "content-type": type }, stream };
}
