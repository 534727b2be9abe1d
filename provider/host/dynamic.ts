import type { Field } from "../resource/fields";
import { Lifecycle } from "../resource/lifecycle";
import type { Resource, State } from "../resource/resource";
import { defined } from "../resource/values";
import type { DynamicProvider } from "./dynamicProvider";
import { checkFailure, keepDelegate } from "./failures";
import { givenBy, keepSecretInputs, missingInputs, secretInputs, urnOf, withoutDelegate } from "./hiddenInputs";
import type { HostProcess } from "./process";
import { onFirstUse } from "./resources";

/** Puts a resource behind the engine's dynamic-provider host. */
export function dynamicProvider<Inputs, S extends State>(
  load: () => Resource<Inputs, S>,
  host: HostProcess,
): DynamicProvider {
  const resource = onFirstUse(load);
  const lifecycle = onFirstUse(() => new Lifecycle(resource(), host));
  const kind = (): string => resource().kind;

  return {
    // Not async, and without anything that could fail: the host does not wait for it.
    configure(request) {
      host.configure((name) => request.config.get(`dgraphcloud:${name}`));
      return Promise.resolve();
    },

    async check(olds, news) {
      keepSecretInputs(news);
      const before = withoutDelegate(olds);
      const missing = missingInputs(news, before);
      const __unknown = missing.length === 0 ? undefined : missing;
      const given = defined({ ...withoutDelegate(news), __unknown });
      const { inputs, failures } = await lifecycle().check(before, { urn: urnOf(news, kind()), news: given, missing });
      const secrets = secretInputs(news);
      const fields: Readonly<Record<string, Field>> = resource().fields;
      return { inputs, failures: failures.map((failure) => checkFailure(fields, failure, secrets)) };
    },

    async diff(id, olds, news) {
      const difference = await lifecycle().diff(id, withoutDelegate(olds), givenBy(news, kind()));
      // The engine's host has no place for the names of the changed inputs: the engine finds them itself.
      return defined({ ...difference, changed: undefined });
    },

    create: (news) =>
      keepDelegate(news, async () => {
        const { id, outputs } = await lifecycle().create(givenBy(news, kind()));
        return { id, outs: outputs };
      }),

    async read(id, props = {}) {
      const found = await lifecycle().read(id, { urn: urnOf(props, kind()), props: withoutDelegate(props) });
      return found === undefined
        ? { id: "", props: {} }
        : { id, props: found.outputs, ...defined({ inputs: found.inputs }) };
    },

    update: (id, olds, news) =>
      keepDelegate(news, async () => ({
        outs: await lifecycle().update(id, withoutDelegate(olds), givenBy(news, kind())),
      })),

    delete: (id, props) => lifecycle().delete(id, { urn: urnOf(props, kind()), props: withoutDelegate(props) }),
  };
}
