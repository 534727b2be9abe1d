import * as pulumi from "./pulumi";
import { Backend } from "./backend";

/** Hidden inputs of an action: whether a destroy would leave its backend alive. */
interface HiddenProtection {
  readonly __backend: pulumi.Output<string | undefined>;
  readonly __backendDeletionProtection: pulumi.Output<boolean | undefined>;
  readonly __backendProtect: pulumi.Output<boolean>;
}

/** What the program declares about the protection of one backend. */
interface Declared {
  readonly urn?: string;
  readonly deletionProtection?: boolean | undefined;
  readonly protect: boolean;
}

/**
 * What the program declares about the backend of an action. It is not read from the Backend's outputs: they are all unknown in the preview
 * of an update, so that a renamed backend would show its actions as updates too.
 */
export function hiddenProtection(backend: Backend | pulumi.Input<string> | undefined): HiddenProtection {
  const declared = declaredFor(backend);
  return {
    __backend: declared.apply(({ urn }) => urn),
    __backendDeletionProtection: declared.apply(({ deletionProtection }) => deletionProtection),
    __backendProtect: declared.apply(({ protect }) => protect),
  };
}

/** The hidden input of a schema: the URN of its backend. */
export function hiddenBackend(backend: Backend | pulumi.Input<string> | undefined): pulumi.Inputs {
  return { __backend: declaredFor(backend).apply(({ urn }) => urn) };
}

function declaredFor(backend: Backend | pulumi.Input<string> | undefined): pulumi.Output<Declared> {
  return Backend.isInstance(backend) ? declaredBy(backend) : declaredForUid(backend);
}

function declaredBy({ urn, __protection }: Backend): pulumi.Output<Declared> {
  return pulumi.output({ urn, ...(__protection ?? unprotected) });
}

/** An output that knows the resources it depends on. */
interface Traced {
  allResources?(): Promise<Iterable<pulumi.Resource>>;
}

/** A uid may come from a Backend of the program: `backend: orders.uid`. */
function declaredForUid(value: pulumi.Input<string> | undefined): pulumi.Output<Declared> {
  if (value === undefined) return pulumi.output(unprotected);
  const uid = pulumi.output(value);
  const behind = (uid as unknown as Traced).allResources?.() ?? Promise.resolve([]);
  const backends = behind.then((resources) => [...resources].filter((one) => Backend.isInstance(one)));
  const candidates = backends.then((found) => found.map((one) => pulumi.all([one.id, declaredBy(one)])));
  return pulumi
    .all([uid, candidates])
    .apply(([wanted, found]) => found.find(([id]) => id === wanted)?.[1] ?? unprotected);
}

/** For a cluster, and for a backend that is no resource of this program, which could not switch its protection off either. */
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
