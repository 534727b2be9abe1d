import type { BackendInputs } from "../../provider/backend/inputs";
import type { Registration, Stack, Values } from "./stack";

export const slots = ["orders", "users"] as const;
export type Slot = (typeof slots)[number];
export const restoreNames = ["copy", "again"] as const;
export type RestoreName = (typeof restoreNames)[number];
export const dropNames = ["wipe"] as const;
export type DropName = (typeof dropNames)[number];
/** A backend of the program, or one that was made by hand and is only pointed at. */
export type Target = Slot | "staging";

export interface BackendWish {
  readonly args: Partial<BackendInputs>;
  readonly retainOnDelete: boolean;
  readonly deleteBeforeReplace: boolean;
}

/** Either kind of action. */
export interface ActionWish {
  readonly target: Target;
  readonly args: Values;
}

/** What the user has written: resources and their inputs. */
export class Program {
  readonly backends = new Map<Slot, BackendWish>();
  readonly restores = new Map<RestoreName, ActionWish>();
  readonly drops = new Map<DropName, ActionWish>();

  constructor(private readonly outside: { readonly source: string; readonly staging: string }) {}

  /** The resources in the order of their dependencies. */
  get registrations(): Registration[] {
    return [
      ...[...this.backends].map(([slot, wish]) => backendOf(slot, wish)),
      ...[...this.restores].flatMap(([name, wish]) => (this.has(wish.target) ? this.restoreOf(name, wish) : [])),
      ...[...this.drops].flatMap(([name, wish]) => (this.has(wish.target) ? [this.dropOf(name, wish)] : [])),
    ];
  }

  private has(target: Target): boolean {
    return target === "staging" || this.backends.has(target);
  }

  private uidOf(target: Target, stack: Stack): string {
    return target === "staging" ? this.outside.staging : (stack.live(target)?.id ?? "");
  }

  /** What the sdk sends along with an action. */
  private protectionOf(target: Target): Values {
    if (target === "staging") return { __backendDeletionProtection: false, __backendProtect: false };
    const deletionProtection = this.backends.get(target)?.args.deletionProtection;
    return given({
      __backend: urnOf("Backend", target),
      __backendDeletionProtection: deletionProtection,
      __backendProtect: deletionProtection === true,
    });
  }

  private restoreOf(name: RestoreName, { target, args }: ActionWish): Registration[] {
    const [request, completion] = [`${name}-request`, `${name}-completion`];
    const dependsOn = target === "staging" ? [] : [target];
    const { acceptUnknown, timeouts } = args;
    return [
      {
        name: request,
        kind: "restoreRequest",
        dependsOn,
        inputs: (stack) => ({
          ...args,
          target: this.uidOf(target, stack),
          source: this.outside.source,
          ...this.protectionOf(target),
          __urn: urnOf("RestoreRequest", request),
        }),
      },
      {
        name: completion,
        kind: "restoreCompletion",
        dependsOn: [request],
        inputs: (stack) => {
          const made = stack.live(request);
          return given({
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

  private dropOf(name: DropName, { target, args }: ActionWish): Registration {
    const inputs = (stack: Stack): Values => ({
      ...args,
      backend: this.uidOf(target, stack),
      ...this.protectionOf(target),
      __urn: urnOf("DataDrop", name),
    });
    return { name, kind: "dataDrop", dependsOn: target === "staging" ? [] : [target], inputs };
  }
}

/** Only what the plan of a backend allows: the rest is refused in the preview, which other tests show. */
export function allowed(args: Partial<BackendInputs>): Partial<BackendInputs> {
  if (args.deploymentType === "dedicated") return args;
  return given({ ...args, size: undefined, deploymentMode: args.deploymentMode === "graphql" ? "graphql" : undefined });
}

function backendOf(slot: Slot, { args, retainOnDelete, deleteBeforeReplace }: BackendWish): Registration {
  const wanted = given({ ...allowed(args), __defaultName: `${slot}-0123456`, __urn: urnOf("Backend", slot) });
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

/** Without what is undefined: a program that leaves an input out. */
export function given(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function urnOf(kind: string, name: string): string {
  return `urn:pulumi:dev::test::pulumi-nodejs:dynamic/dgraphcloud:${kind}::${name}`;
}
