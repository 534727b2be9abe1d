import { delegate, type Kind } from "../../../provider/host/delegate";
import { type HostName, testedHost } from "../testedHost";

/** What the two hosts do differently, because the engine asks them differently. Everything else is the same on both. */
interface HostDifferences {
  /**
   * What a diff with changed inputs says about `changes`. The dynamic host drops the details of a diff, so the engine must work them out. The
   * plugin gives the details.
   */
  readonly changes: true | undefined;
  /** Whether a diff without changes also has `replaces` and `deleteBeforeReplace`: a message of the plugin's protocol has all fields. */
  readonly hasAllFields: boolean;
  /**
   * Whether all inputs of an object that is read without a state count as given by the program. Import crashes on the dynamic host, so that only
   * a look-up has no state there. For the plugin, it is an import.
   */
  readonly importsWithoutState: boolean;
  /** The delegate in the state: the dynamic host keeps that of the inputs. The plugin gets none, and writes one for a move to the dynamic host. */
  readonly delegateOf: (kind: Kind, ofInputs: string) => string;
  /** The URN of a resource in the commands of messages: the plugin has types of its own. */
  readonly urnOf: (dynamicUrn: string) => string;
  /**
   * Whether it is told which inputs of a resource are left out because they come from one that failed. The sdk of the dynamic host tells it. Newer
   * engines (3.274.1, not 3.245.0) ask nothing about such a resource.
   */
  readonly knowsMissingInputs: boolean;
  /** Whether it refuses wrong settings before any call about a resource. The dynamic host has no CheckConfig, so each resource refuses them. */
  readonly checksSettings: boolean;
}

export const differences: Readonly<Record<HostName, HostDifferences>> = {
  dynamic: {
    changes: undefined,
    hasAllFields: false,
    importsWithoutState: false,
    delegateOf: (_, ofInputs) => ofInputs,
    urnOf: (urn) => urn,
    knowsMissingInputs: true,
    checksSettings: false,
  },
  plugin: {
    changes: true,
    hasAllFields: true,
    importsWithoutState: true,
    delegateOf: (kind) => delegate(kind),
    urnOf: (urn) => urn.replace(/\bpulumi-nodejs:dynamic\/dgraphcloud:/g, "dgraphcloud:index:"),
    knowsMissingInputs: false,
    checksSettings: true,
  },
};

/** What the tested host does differently. */
export const different: HostDifferences = differences[testedHost];

/** A diff of the dynamic host as the tested one has it. */
export function diffOnHost(diff: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { changes, hasAllFields } = different;
  return {
    ...(hasAllFields && { replaces: [], deleteBeforeReplace: false }),
    ...(changes !== undefined && { changes }),
    ...diff,
  };
}
