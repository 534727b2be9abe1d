import * as pulumi from "@pulumi/pulumi";
import { Backend } from "./backend";

/** Inputs of an action that the package sends along: whether a destroy would leave its backend alive. */
interface HiddenProtection {
  readonly __backend: pulumi.Output<string | undefined>;
  readonly __backendDeletionProtection: pulumi.Output<boolean | undefined>;
  readonly __backendProtect: pulumi.Output<boolean>;
}

/** What a program says of one Backend. */
interface Said {
  readonly urn?: string;
  readonly deletionProtection?: boolean | undefined;
  readonly protect: boolean;
}

/**
 * What the program says of the backend of an action. It is not read from the Backend's outputs: all of them are unknown in the preview of
 * its update, so that a renamed backend would show its actions as updates.
 */
export function hiddenProtection(backend: Backend | pulumi.Input<string>): HiddenProtection {
  const said = Backend.isInstance(backend) ? saidOf(backend) : saidOfUid(backend);
  return {
    __backend: said.apply(({ urn }) => urn),
    __backendDeletionProtection: said.apply(({ deletionProtection }) => deletionProtection),
    __backendProtect: said.apply(({ protect }) => protect),
  };
}

function saidOf({ urn, __protection }: Backend): pulumi.Output<Said> {
  return pulumi.output({ urn, ...(__protection ?? unprotected) });
}

/** The parts of an output that tell what it was made of. */
interface Traced {
  allResources?(): Promise<Iterable<pulumi.Resource>>;
}

/** A uid may come from a Backend all the same: `backend: orders.uid`. */
function saidOfUid(value: pulumi.Input<string>): pulumi.Output<Said> {
  const uid = pulumi.output(value);
  const behind = (uid as unknown as Traced).allResources?.() ?? Promise.resolve([]);
  const backends = behind.then((resources) => [...resources].filter((one) => Backend.isInstance(one)));
  const candidates = backends.then((found) => found.map((one) => pulumi.all([one.id, saidOf(one)])));
  return pulumi
    .all([uid, candidates])
    .apply(([wanted, found]) => found.find(([id]) => id === wanted)?.[1] ?? unprotected);
}

/** Not a resource of this program: nothing here could switch its protection off. */
const unprotected = { deletionProtection: false, protect: false } as const;

/**
 * The options of an action. With `retainOnDelete` or `deletedWith` the engine would drop its record without asking the provider, which
 * makes no call to delete it anyway.
 */
export function recordOptions<Options extends pulumi.ResourceOptions>(options: Options | undefined): Options {
  const kept = { ...options, retainOnDelete: false } as Options;
  delete kept.deletedWith;
  return kept;
}
