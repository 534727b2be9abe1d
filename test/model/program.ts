import type { BackendInputs } from "../../provider/backend/inputs";
import { type NoteSchema, textOf } from "./schemas";
import type { Registration, State, Values } from "./state";

export const slots = ["orders", "users"] as const;
export type Slot = (typeof slots)[number];
export const restoreNames = ["copy", "again"] as const;
export type RestoreName = (typeof restoreNames)[number];
export const dropNames = ["wipe"] as const;
export type DropName = (typeof dropNames)[number];
export const schemaName = "api";
/** A backend of the program, or one outside of it. */
export type Target = Slot | "staging";

export interface BackendDeclaration {
  readonly args: Partial<BackendInputs>;
  readonly retainOnDelete: boolean;
  readonly deleteBeforeReplace: boolean;
}

/** A restore or a drop. */
export interface ActionDeclaration {
  readonly target: Target;
  readonly args: Values;
}

/** The schema of one backend. */
export interface SchemaDeclaration {
  readonly target: Target;
  readonly schema: NoteSchema;
  readonly allow: readonly string[];
}

/** The user's program: resources and their inputs. */
export class Program {
  readonly backends = new Map<Slot, BackendDeclaration>();
  readonly restores = new Map<RestoreName, ActionDeclaration>();
  readonly drops = new Map<DropName, ActionDeclaration>();
  schema: SchemaDeclaration | undefined;

  constructor(private readonly outside: { readonly source: string; readonly staging: string }) {}

  /** The resources in the order of their dependencies. */
  get registrations(): Registration[] {
    return [
      ...[...this.backends].map(([slot, declared]) => backendOf(slot, declared)),
      ...[...this.restores].flatMap(([name, declared]) =>
        this.has(declared.target) ? this.restoreOf(name, declared) : [],
      ),
      ...[...this.drops].flatMap(([name, declared]) =>
        this.has(declared.target) ? [this.dropOf(name, declared)] : [],
      ),
      ...(this.schema !== undefined && this.has(this.schema.target) ? [this.schemaOf(this.schema)] : []),
    ];
  }

  private has(target: Target): boolean {
    return target === "staging" || this.backends.has(target);
  }

  private uidOf(target: Target, state: State): string {
    return target === "staging" ? this.outside.staging : (state.live(target)?.id ?? "");
  }

  /** Hidden inputs that the sdk adds to an action. */
  private protectionOf(target: Target): Values {
    if (target === "staging") return { __backendDeletionProtection: false, __backendProtect: false };
    const deletionProtection = this.backends.get(target)?.args.deletionProtection;
    return withoutUndefined({
      __backend: urnOf("Backend", target),
      __backendDeletionProtection: deletionProtection,
      __backendProtect: deletionProtection === true,
    });
  }

  private restoreOf(name: RestoreName, { target, args }: ActionDeclaration): Registration[] {
    const [request, completion] = [`${name}-request`, `${name}-completion`];
    const dependsOn = target === "staging" ? [] : [target];
    const { acceptUnknown, timeouts } = args;
    return [
      {
        name: request,
        kind: "restoreRequest",
        dependsOn,
        inputs: (state) => ({
          ...args,
          target: this.uidOf(target, state),
          source: this.outside.source,
          ...this.protectionOf(target),
          __urn: urnOf("RestoreRequest", request),
        }),
      },
      {
        name: completion,
        kind: "restoreCompletion",
        dependsOn: [request],
        inputs: (state) => {
          const made = state.live(request);
          return withoutUndefined({
            request: made?.id,
            target: made?.outputs["target"],
            restoreId: made?.outputs["restoreId"],
            acceptUnknown,
            timeouts,
            ...this.protectionOf(target),
            __urn: urnOf("RestoreCompletion", completion),
          });
        },
      },
    ];
  }

  /** The schema comes after all actions on its backend, and is sent again after each restore. */
  private schemaOf({ target, schema, allow }: SchemaDeclaration): Registration {
    const on = <Name extends string>(actions: ReadonlyMap<Name, ActionDeclaration>): Name[] =>
      [...actions].flatMap(([name, declared]) => (declared.target === target ? [name] : []));
    const restores = on(this.restores);
    const inputs = (state: State): Values =>
      withoutUndefined({
        backend: this.uidOf(target, state),
        schema: textOf(schema),
        allow: allow.length === 0 ? undefined : allow,
        triggers:
          restores.length === 0
            ? undefined
            : Object.fromEntries(restores.map((name) => [name, state.live(`${name}-request`)?.id])),
        __backend: target === "staging" ? undefined : urnOf("Backend", target),
        __urn: urnOf("GraphqlSchema", schemaName),
      });
    const actions = [...restores.map((name) => `${name}-completion`), ...on(this.drops)];
    const dependsOn = [...(target === "staging" ? [] : [target]), ...actions];
    return { name: schemaName, kind: "graphqlSchema", dependsOn, inputs };
  }

  private dropOf(name: DropName, { target, args }: ActionDeclaration): Registration {
    const inputs = (state: State): Values => ({
      ...args,
      backend: this.uidOf(target, state),
      ...this.protectionOf(target),
      __urn: urnOf("DataDrop", name),
    });
    return { name, kind: "dataDrop", dependsOn: target === "staging" ? [] : [target], inputs };
  }
}

/** Only inputs that the plan allows. Other tests show that the preview refuses the rest. */
export function allowed(args: Partial<BackendInputs>): Partial<BackendInputs> {
  if (args.deploymentType === "dedicated") return args;
  return withoutUndefined({
    ...args,
    size: undefined,
    deploymentMode: args.deploymentMode === "graphql" ? "graphql" : undefined,
  });
}

function backendOf(slot: Slot, { args, retainOnDelete, deleteBeforeReplace }: BackendDeclaration): Registration {
  const wanted = withoutUndefined({
    ...allowed(args),
    __urn: urnOf("Backend", slot),
  });
  return {
    name: slot,
    kind: "backend",
    dependsOn: [],
    inputs: () => wanted,
    protect: args.deletionProtection === true,
    retainOnDelete,
    // Left to the provider unless the user insists.
    ...(deleteBeforeReplace && { deleteBeforeReplace }),
  };
}

/** Removes undefined values, as if the program left the inputs out. */
export function withoutUndefined(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function urnOf(kind: string, name: string): string {
  return `urn:pulumi:dev::test::pulumi-nodejs:dynamic/dgraphcloud:${kind}::${name}`;
}
