import type { Kind } from "./delegate";

/**
 * The resources, by the names of their exports in `pulumi-dgraphcloud/provider`. Each is loaded when the engine first asks for one of its
 * type: the parser of GraphQL, which GraphqlSchema and DataDrop need, takes as long to load as all the rest.
 */
export const resources = {
  backend: () => (require("../backend") as typeof import("../backend")).backend,
  restoreRequest: () => (require("../restore/request") as typeof import("../restore/request")).restoreRequest,
  restoreCompletion: () =>
    (require("../restore/completion") as typeof import("../restore/completion")).restoreCompletion,
  dataDrop: () => (require("../dataDrop") as typeof import("../dataDrop")).dataDrop,
  graphqlSchema: () => (require("../schema") as typeof import("../schema")).graphqlSchema,
  backup: () => (require("../backup") as typeof import("../backup")).backup,
} satisfies Readonly<Record<Kind, () => unknown>>;

/** Makes a value when it is first needed, and keeps it. */
export function onFirstUse<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
