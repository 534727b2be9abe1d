import { type Account, defaultAccount, type LocalCloud } from "../../local/index";

export interface Reply {
  readonly status: number;
  readonly text: string;
  readonly data: Record<string, never> | null | undefined;
  readonly errors: readonly { readonly message: string }[] | undefined;
}

/** One POST of a GraphQL document. */
export async function post(
  url: string,
  query: string,
  variables: object = {},
  headers: Record<string, string> = {},
): Promise<Reply> {
  const response = await fetch(url, {
    method: "POST",
    // Without keep-alive: a kept connection may belong to a cloud that was closed and started again on the same port.
    headers: { "content-type": "application/json", connection: "close", ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return replyOf(response);
}

export async function replyOf(response: Response): Promise<Reply> {
  const text = await response.text();
  let body: { data?: Record<string, never> | null; errors?: readonly { message: string }[] } = {};
  try {
    body = JSON.parse(text) as typeof body;
  } catch {
    // Some faults answer with a body that is not JSON.
  }
  return { status: response.status, text, data: body.data, errors: body.errors };
}

const loginQuery = "query Login($e: String!, $p: String!) { login(email: $e, password: $p) { token } }";

/** The part of a local cloud that a caller needs. */
export type Called = Pick<LocalCloud, "endpoint">;

export async function session(local: Called, account: Account = defaultAccount): Promise<Record<string, string>> {
  const { data } = await post(local.endpoint, loginQuery, { e: account.email, p: account.password });
  const { token } = (data as unknown as { login: { token: string } }).login;
  return { authorization: `Bearer ${token}` };
}

/** A backend created through the API, with its URLs and the token header of its data plane. */
export interface Made {
  readonly uid: string;
  readonly url: string;
  readonly jwtToken: string;
  readonly slash: string;
  readonly admin: string;
  readonly graphql: string;
  readonly auth: Record<string, string>;
}

export const createMutation =
  "mutation CreateDeployment($dep: NewDeployment!) { createDeployment(input: $dep) { uid name url owner jwtToken deploymentMode lambdaScript } }";

export async function make(local: Called, headers: Record<string, string>, input: object = {}): Promise<Made> {
  const dep = { name: "orders", zone: "us-east-1", deploymentType: "dedicated", ...input };
  const { data } = await post(local.endpoint, createMutation, { dep }, headers);
  const made = (data as unknown as { createDeployment: { uid: string; url: string; jwtToken: string } })
    .createDeployment;
  const base = `http://${made.url}`;
  return {
    ...made,
    slash: `${base}/admin/slash`,
    admin: `${base}/admin`,
    graphql: `${base}/graphql`,
    auth: { "x-auth-token": made.jwtToken },
  };
}

/** Waits until a backend is ready. */
export async function whenReady(backend: Made): Promise<Made> {
  for (let tries = 0; tries < 600; tries++) {
    const { status } = await fetch(backend.graphql, { method: "OPTIONS", headers: { connection: "close" } });
    if (status === 200) return backend;
    await new Promise((later) => setTimeout(later, 100));
  }
  throw new Error(`backend ${backend.uid} did not answer within a minute`);
}

export async function setSchema(backend: Made, schema: string): Promise<Reply> {
  const mutation =
    "mutation($schema: String!) { updateGQLSchema(input: { set: { schema: $schema } }) { gqlSchema { schema } } }";
  return post(backend.admin, mutation, { schema }, backend.auth);
}

export async function countOf(backend: Made, type: string): Promise<number> {
  const { data } = await post(backend.graphql, `{ c: aggregate${type} { count } }`, {}, backend.auth);
  return (data as unknown as { c: { count: number } }).c.count;
}

export async function add(backend: Made, type: string, input: readonly object[]): Promise<Reply> {
  return post(
    backend.graphql,
    `mutation($i: [Add${type}Input!]!) { add${type}(input: $i) { numUids } }`,
    { i: input },
    backend.auth,
  );
}
