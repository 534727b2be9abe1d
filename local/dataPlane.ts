import type { IncomingMessage } from "node:http";
import { GraphQLError, OperationTypeNode } from "graphql";
import type { Answer, StreamedAnswer } from "./answer";
import type { Backend } from "./backend";
import { type Bodies, saysSmall } from "./bodies";
import type { Cloud } from "./cloud";
import { documentOf, operationOf } from "./document";
import type { GraphqlBody } from "./engines/engine";
import { operationName, rootFields } from "./execute";
import { slashPlane } from "./planes";
import { carriesToken, HttpProblem, pathOf, readDocument } from "./request";

/** A request to a backend, read as far as it has to be. */
export interface AskedData {
  readonly request: IncomingMessage;
  readonly path: string;
  /** What the journal calls it. */
  readonly operation: string;
  readonly document: () => GraphqlBody | undefined;
}

/** Dgraph's own query language, for backends whose mode lets it through. */
const dqlPaths = ["/query", "/mutate", "/commit", "/alter"];

/** What `/admin` has; the database's own has more, which reaches the files and processes of the machine. */
const adminFields = [
  ...["getGQLSchema", "updateGQLSchema", "health", "login", "getCurrentUser"],
  ...["getUser", "queryUser", "addUser", "updateUser", "deleteUser"],
  ...["getGroup", "queryGroup", "addGroup", "updateGroup", "deleteGroup"],
  ...["__schema", "__type", "__typename"],
];

export async function readDataRequest(backend: Backend, request: IncomingMessage, bodies: Bodies): Promise<AskedData> {
  const path = pathOf(request);
  const none = { request, path, document: () => undefined };
  if (request.method === "OPTIONS") return { ...none, operation: "ready" };
  if (request.method === "GET") return { ...none, operation: "download" };
  if (dqlPaths.includes(path)) return { ...none, operation: path.slice(1) };
  if (path === "/graphql" && !needsDocument(backend)) return { ...none, operation: "graphql" };
  // Who has no token is refused; a small document is read before that, as the journal and the faults go by what is in it.
  if (!carriesToken(request, path, backend.deployment.jwtToken) && !saysSmall(request))
    return { ...none, operation: operationName(undefined) };
  const read = await readDocument(request, bodies, path !== "/admin");
  const operation = path === "/graphql" ? "graphql" : operationName(read.document);
  return { request, path, operation, document: read.required };
}

/** A real database reads its documents itself, however large they are; here they are read to look for mutations. */
function needsDocument({ deployment, engine }: Backend): boolean {
  return deployment.deploymentMode === "readonly" || !engine.streams;
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
  if (request.method === "GET" && path.startsWith("/export/")) return download(backend, path);
  if (request.method !== "POST") throw new HttpProblem(405, "the data plane takes POST");
  if (!carriesToken(request, path, backend.deployment.jwtToken)) throw new HttpProblem(401, "Unauthorized");
  const document = asked.document();
  const problem = document === undefined ? undefined : unusable(document);
  if (problem !== undefined) return graphqlError(problem);
  refuseByMode(backend, path, document);
  if (path === "/admin/slash" && document !== undefined)
    return { status: 200, body: await slashPlane(cloud, backend, document) };
  if (path === "/admin" && document !== undefined) {
    const foreign = foreignToAdmin(document);
    if (foreign !== undefined) return graphqlError(foreign);
  } else if (path !== "/graphql" && !dqlPaths.includes(path)) {
    throw new HttpProblem(404, "a backend has /graphql, /admin, /admin/slash, /query, /mutate, /commit and /alter");
  }
  return engine.serve({
    method: request.method,
    path,
    url: request.url ?? path,
    headers: request.headers,
    stream: request,
    ...(document !== undefined && { document }),
  });
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
  return foreign === undefined ? undefined : `Cannot query field "${foreign}": it is not part of a backend's /admin`;
}

async function download(backend: Backend, path: string): Promise<StreamedAnswer> {
  const file = backend.download(path);
  const stream = await file?.open();
  if (file === undefined || stream === undefined) throw new HttpProblem(404, "no such export");
  const type = file.name.endsWith(".json") ? "application/json" : "application/octet-stream";
  return { status: 200, headers: { "content-type": type }, stream };
}
