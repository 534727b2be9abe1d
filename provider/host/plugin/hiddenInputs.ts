import { createHash } from "node:crypto";
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

/** A name for what the program gives none: the logical name, and seven digits that differ between stacks. */
export function defaultName(urn: string): string {
  const name = urn.split("::").at(-1) ?? urn;
  return `${name}-${createHash("sha256").update(dynamicUrn(urn)).digest("hex").slice(0, 7)}`;
}

/**
 * Whether the backend of an action is protected, where the program does not tell: then it is what this run has met. Without a known backend
 * nothing is added, and the state keeps what it says.
 */
export function knownProtection(facts: RunFacts | undefined, inputs: Values): Values {
  const { target, backend, __backend } = inputs;
  const uid = target ?? backend;
  if (facts === undefined || __backend !== undefined || typeof uid !== "string" || !isBackend(uid)) return {};
  const isKnown = isProtected(inputs) || facts.has(uid, "protected");
  return { __backendDeletionProtection: isKnown, __backendProtect: false };
}
