import { GraphQLError, type GraphQLFieldResolver, type GraphQLResolveInfo } from "graphql";
import { AnswerSize } from "./amounts";
import { aggregateOf, type Filter, matches, type Page, pageOf, uidOf } from "./filters";
import { payloadName } from "./generate";
import { Mutation } from "./mutations";
import type { Field, Model, ObjectType } from "./schema/model";
import type { StoredNode, View } from "./stored";
import type { Input } from "./uniqueIds";
import { valuesOf } from "./values";

/** Where the nodes are. */
export interface Nodes {
  newUid(): string;
  readonly all: Map<string, StoredNode>;
  changed(): void;
}

/** A node as an answer shows it, with the others as they are or were. */
class Shown {
  readonly __typename: string;

  constructor(
    readonly node: StoredNode,
    readonly type: ObjectType,
    readonly view: View,
    model: Model,
  ) {
    this.__typename = concrete(node, type, model);
  }
}

/** The type that the node was added as. What points to a node that has gone shows one of any type, as Dgraph does without its name. */
function concrete({ types }: StoredNode, type: ObjectType, model: Model): string {
  if (!type.isInterface) return type.name;
  const below = [...model.types.values()].filter(({ interfaces }) => interfaces.includes(type.name));
  return (below.find(({ stored }) => types[0] === stored[0]) ?? below[0])?.name ?? type.name;
}

type Resolver = (args: never, context: unknown, info: GraphQLResolveInfo) => unknown;

/** The generated queries and mutations over these nodes, for one answer. */
export class Answering {
  private readonly size = new AnswerSize();
  private hasFailed = false;
  /** The nodes of a type, gathered once: a document may ask for them a thousand times. */
  private readonly gathered = new Map<string, readonly StoredNode[]>();

  constructor(
    private readonly model: Model,
    private readonly nodes: Nodes,
  ) {}

  /** One function a root field. */
  get root(): Record<string, Resolver> {
    return Object.assign({}, ...[...this.model.types.values()].map((type) => this.rootOf(type))) as Record<
      string,
      Resolver
    >;
  }

  /** The fields of what they give. */
  readonly field: GraphQLFieldResolver<unknown, unknown> = (source, args, context, info) => {
    if (source instanceof Shown) return this.fieldOf(source, args as Page, info);
    const value = (source as Record<string, unknown>)[info.fieldName];
    return typeof value === "function" ? (value as Resolver)(args as never, context, info) : value;
  };

  private rootOf(type: ObjectType): Record<string, Resolver> {
    const { name, uidField, uniqueFields } = type;
    return {
      [`query${name}`]: (page: Page, _context, info) => this.page(this.of(type), page, type, info),
      [`get${name}`]: (by: Input, _context, info) => {
        const wanted = uidField === undefined ? undefined : (by[uidField.name] as string | null | undefined);
        if (wanted != null && uidOf(wanted) === undefined)
          throw new GraphQLError(`ID argument (${wanted}) of get${name} was not able to be parsed`);
        const unique = uniqueFields.filter((field) => by[field.name] != null);
        if (wanted == null && unique.length === 0) return null;
        const found = this.of(type).find(
          ({ uid, values }) =>
            (wanted == null || uid === uidOf(wanted)) &&
            unique.every(({ predicate, name: field }) => valuesOf(values[predicate]).includes(by[field])),
        );
        return this.shown(found === undefined ? [] : [found], type, info)[0] ?? null;
      },
      [`aggregate${name}`]: ({ filter }: Page) => aggregateOf(this.matching(type, filter), type),
      [`add${name}`]: ({ input, upsert }: { input: readonly Input[]; upsert?: boolean }, _context, info) =>
        this.mutate(type, info, (mutation) => {
          const uids = mutation.add(type, input, upsert === true);
          return { uids, numUids: mutation.made };
        }),
      [`update${name}`]: ({ input }: { input: { filter: Filter; set?: Input; remove?: Input } }, _context, info) =>
        this.mutate(type, info, (mutation) => {
          if (input.set == null && input.remove == null) return { uids: [], numUids: 0 };
          const uids = this.matching(type, input.filter).map(({ uid }) => uid);
          mutation.update(uids, type, input);
          return { uids, numUids: uids.length };
        }),
      [`delete${name}`]: ({ filter }: { filter: Filter }, _context, info) => {
        // What is deleted is shown as it was.
        const before = new Map(this.nodes.all);
        return this.mutate(type, info, (mutation) => {
          const uids = this.matching(type, filter).map(({ uid }) => uid);
          mutation.remove(uids, type);
          return { uids, numUids: uids.length, before, msg: uids.length === 0 ? "No nodes were deleted" : "Deleted" };
        });
      },
    };
  }

  /** Makes all changes of one mutation or none; what comes after one that failed is not carried out. */
  private mutate(
    type: ObjectType,
    info: GraphQLResolveInfo,
    act: (mutation: Mutation) => { uids: readonly string[]; numUids: number; msg?: string; before?: View },
  ): Record<string, unknown> {
    if (this.hasFailed)
      throw new GraphQLError(`Mutation ${info.fieldName} was not executed because of a previous error.`);
    this.hasFailed = true;
    const mutation = new Mutation(this.nodes.all, this.model, () => this.nodes.newUid());
    const { uids, before, ...told } = act(mutation);
    const touched = [...new Set(uids)].flatMap((uid) => before?.get(uid) ?? mutation.draft.get(uid) ?? []);
    this.size.add(touched, info, type);
    mutation.draft.commitTo(this.nodes.all);
    this.gathered.clear();
    this.nodes.changed();
    this.hasFailed = false;
    const view = before ?? this.nodes.all;
    const shown = (page: Page): Shown[] =>
      pageOf(touched, page, type).map((node) => new Shown(node, type, view, this.model));
    return { ...told, [payloadName(type)]: shown };
  }

  private fieldOf({ node, type, view }: Shown, args: Page, info: GraphQLResolveInfo): unknown {
    const own = this.model.types.get(info.parentType.name) ?? type;
    const aggregated = info.fieldName.endsWith("Aggregate");
    const field = own.fields.get(aggregated ? info.fieldName.slice(0, -"Aggregate".length) : info.fieldName);
    if (field === undefined) return undefined;
    if (field.kind === "uid") return node.uid;
    if (field.kind !== "object") return listed(field, node.values[field.predicate]);
    const target = this.model.types.get(field.type);
    if (target === undefined) return undefined;
    const others = this.othersOf(node, field, view);
    if (aggregated) return aggregateOf(pageOf(others, { filter: args.filter ?? null }, target), target);
    const found = pageOf(others, args, target);
    this.size.add(found, info, target);
    const shown = found.map((one) => new Shown(one, target, view, this.model));
    return field.isList ? shown : (shown[0] ?? null);
  }

  /** Whom it is related to; Dgraph shows an empty node for one that has gone. */
  private othersOf({ values }: StoredNode, { predicate }: Field, view: View): StoredNode[] {
    const uids = valuesOf(values[predicate]).map(String);
    const found = uids.map((uid) => view.get(uid) ?? { uid, types: [], values: {} });
    return found.sort((one, other) => Number.parseInt(one.uid, 16) - Number.parseInt(other.uid, 16));
  }

  private page(nodes: readonly StoredNode[], page: Page, type: ObjectType, info: GraphQLResolveInfo): Shown[] {
    return this.shown(pageOf(nodes, page, type), type, info);
  }

  private shown(found: readonly StoredNode[], type: ObjectType, info: GraphQLResolveInfo): Shown[] {
    this.size.add(found, info, type);
    return found.map((node) => new Shown(node, type, this.nodes.all, this.model));
  }

  private matching(type: ObjectType, filter: Filter | null | undefined): StoredNode[] {
    return this.of(type).filter((node) => filter == null || matches(node, filter, type));
  }

  private of({ stored }: ObjectType): readonly StoredNode[] {
    const [name = ""] = stored;
    const known = this.gathered.get(name) ?? [...this.nodes.all.values()].filter(({ types }) => types.includes(name));
    this.gathered.set(name, known);
    return known;
  }
}

function listed({ isList }: Field, value: unknown): unknown {
  const values = valuesOf(value);
  return isList ? values : values[0];
}
