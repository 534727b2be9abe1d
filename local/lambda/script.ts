import * as crypto from "node:crypto";
import { createContext, Script } from "node:vm";
import type { DatabaseRequest, LambdaCall } from "./messages";

/** Sends a request to the database. Returns the answer as JSON. */
export type Ask = (request: DatabaseRequest) => Promise<string>;

/** What a script can use of the outside. */
export interface ScriptEnvironment {
  readonly ask: Ask;
  readonly console: Console;
}

/** The name of a script in its own error messages. */
export const scriptName = "lambda.js";

interface LambdaEvent {
  readonly type: string;
  readonly parents: readonly (Readonly<Record<string, unknown>> | null)[] | null;
  readonly respondWith: (results: unknown) => void;
  readonly [field: string]: unknown;
}

type Listener = (event: LambdaEvent) => unknown;
type Listeners = Readonly<Record<string, Listener>>;

/** A loaded script, which answers calls. */
export type LoadedScript = (call: LambdaCall) => Promise<unknown>;

/**
 * Runs a script, which registers its resolvers. Of Node's globals, the script sees only those that Dgraph's lambda server has.
 * That keeps scripts portable; it is no security boundary.
 */
export function loadScript(source: string, { ask, console }: ScriptEnvironment): LoadedScript {
  const listeners = new Map<string, Listener[]>();
  const self = registrationOf(listeners);
  const context = createContext({
    ...{ fetch, Request, Response, Headers, URL, URLSearchParams, atob, btoa, crypto, TextDecoder, TextEncoder },
    ...{ setTimeout, setInterval, clearTimeout, clearInterval, console },
    ...self,
    self,
  });
  new Script(source, { filename: scriptName }).runInContext(context);
  return (call) => answer(listeners, call, ask);
}

/** The functions with which a script registers resolvers. */
function registrationOf(listeners: Map<string, Listener[]>) {
  const add = (type: string, listener: Listener): void => {
    listeners.set(type, [...(listeners.get(type) ?? []), listener]);
  };
  const addAll = (resolvers: Listeners): void => {
    for (const [type, resolver] of Object.entries(resolvers))
      add(type, (event) => {
        event.respondWith(resolver(event));
      });
  };
  return {
    addEventListener: add,
    removeEventListener: (type: string, listener: Listener): void => {
      listeners.set(
        type,
        (listeners.get(type) ?? []).filter((known) => known !== listener),
      );
    },
    addMultiParentGraphQLResolvers: addAll,
    addWebHookResolvers: addAll,
    addGraphQLResolvers: (resolvers: Listeners): void => {
      for (const [type, resolver] of Object.entries(resolvers))
        add(type, (event) => {
          event.respondWith(parentsOf(event).map((parent) => resolver({ ...event, parent })));
        });
    },
  };
}

/** Queries, mutations and webhooks have no parents. They are resolved once, with null as the parent. */
function parentsOf({ parents }: Pick<LambdaEvent, "parents">): readonly (Readonly<Record<string, unknown>> | null)[] {
  return parents ?? [null];
}

async function answer(
  listeners: ReadonlyMap<string, readonly Listener[]>,
  call: LambdaCall,
  ask: Ask,
): Promise<unknown> {
  const isWebhook = call.resolver === "$webhook";
  const type = isWebhook ? `${String(call.event?.["__typename"])}.${String(call.event?.["operation"])}` : call.resolver;
  let response: { results: unknown } | undefined;
  const event: LambdaEvent = {
    type,
    parents: call.parents ?? null,
    args: call.args ?? {},
    authHeader: call.authHeader ?? undefined,
    accessJWT: call["X-Dgraph-AccessToken"] ?? undefined,
    event: call.event ?? {},
    info: call.info ?? null,
    ...databaseOf(call, ask),
    respondWith: (results) => {
      response = { results };
    },
  };
  for (const listener of listeners.get(type) ?? []) listener(event);
  if (response === undefined) throw new Error(`the lambda script has no resolver "${type}"`);
  const { results } = response;
  if (isWebhook) {
    // The result of a webhook is ignored, but its failure belongs in the log.
    await (Array.isArray(results) ? Promise.all(results) : results);
    return null;
  }
  return resultOf(type, event, await results);
}

async function resultOf(type: string, event: LambdaEvent, results: unknown): Promise<unknown> {
  const { length } = parentsOf(event);
  if (!Array.isArray(results) || results.length !== length)
    throw new Error(`the resolver "${type}" did not return a list with one result for each of the ${length} parents`);
  const all = (await Promise.all(results)) as unknown[];
  if (event.parents !== null) return all;
  if (all[0] === undefined)
    throw new Error(`the resolver "${type}" returned undefined: return a value, or null for none`);
  return all[0];
}

/** The functions with which a resolver queries its database, with the tokens of the user who made the call. */
function databaseOf(call: LambdaCall, ask: Ask) {
  const json = { "content-type": "application/json" };
  const access = call["X-Dgraph-AccessToken"];
  const user: Record<string, string> = access == null || access === "" ? {} : { "x-dgraph-accesstoken": access };
  const send = async (path: string, headers: Record<string, string>, body: string): Promise<unknown> =>
    JSON.parse(await ask({ path, headers: { ...headers, ...user }, body })) as unknown;
  return {
    graphql: (query: string, variables: object = {}, { key, value } = call.authHeader ?? {}) => {
      // The name of the header is empty when the schema has no `# Dgraph.Authorization` line.
      const auth = key === undefined || key === "" || value === undefined || value === "" ? {} : { [key]: value };
      return send("/graphql", { ...json, ...auth }, JSON.stringify({ query, variables }));
    },
    dql: {
      query: (query: string, variables: object = {}) => send("/query", json, JSON.stringify({ query, variables })),
      mutate: (mutation: string | object, commitNow = true) => {
        const isRdf = typeof mutation === "string";
        const headers = isRdf ? { "content-type": "application/rdf" } : json;
        return send(`/mutate?commitNow=${String(commitNow)}`, headers, isRdf ? mutation : JSON.stringify(mutation));
      },
    },
  };
}
