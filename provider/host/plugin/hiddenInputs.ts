import { isProtected } from "../../action/backendProtection";
import { isBackend } from "../../api/dataPlane";
import type { RunFacts } from "../../run/facts";
import type { Values } from "../../resource/values";

// What the sdk of the dynamic host sends along with the inputs, for programs whose sdk is generated and sends none.

const pluginType =
  /\bdgraphcloud:index:(Backend|RestoreRequest|RestoreCompletion|DataDrop|GraphqlSchema|Backup)(?=\$|::)/g;

/** The URN that the resource has, or would have, as a dynamic one: messages and states name it after a move to the dynamic host. */
export function dynamicUrn(urn: string): string {
  return urn.replace(pluginType, "pulumi-nodejs:dynamic/dgraphcloud:$1");
}

/**
 * Whether the backend of an action is protected, where the program does not tell: then it is what this run has met. A run with --target may
 * meet no backend: then it is what the inputs in the state say. Without a known uid nothing is added.
 */
export function knownProtection(facts: RunFacts | undefined, inputs: Values, olds: Values): Values {
  const uid = uidIn(inputs);
  if (facts === undefined || inputs["__backend"] !== undefined || uid === undefined) return {};
  const isMet = facts.has(uid, "declared") || uidIn(olds) !== uid;
  const isKnown = isProtected(inputs) || facts.has(uid, "protected") || (!isMet && isProtected(olds));
  return { __backendDeletionProtection: isKnown, __backendProtect: false };
}

function uidIn({ target, backend }: Values): string | undefined {
  const uid = target ?? backend;
  return typeof uid === "string" && isBackend(uid) ? uid : undefined;
}
