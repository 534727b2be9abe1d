import { GraphQLError, type GraphQLFieldResolver, type GraphQLResolveInfo } from "graphql";
import { aggregateOf, type Filter, matches, type Page, pageOf, uidOf } from "./filters";
import { payloadName } from "./generate";
import { AnswerSize } from "./limits";
import { Mutation } from "./mutations";
import type { Snapshot, StoredNode } from "./nodes";
import type { Field, Model, ObjectType } from "./schema/model";
import type { Input } from "./uniqueIds";
import { valuesOf } from "./values";

/** The nodes of a database. */
export interface Nodes {
  newUid(): string;
  readonly all: Map<string, StoredNode>;
  changed(): void;
}

/** A node in an answer, with the snapshot in which its relations are looked up. */
class NodeView {
  readonly __typename: string;

  constructor(
    readonly node: StoredNode,
    readonly type: ObjectType,
    readonly snapshot: Snapshot,
    model: Model,
  ) {
    this.__typename = concreteType(node, type, model);
  }
}

/** The type that a node was added as. A link to a removed node shows some type, since Dgraph shows one without a name. */
function concreteType({ types }: StoredNode, type: ObjectType, model: Model): string {
  if (!type.isInterface) return type.name;
  const implementations = [...model.types.values()].filter(({ interfaces }) => interfaces.includes(type.name));
  return (implementations.find(({ stored }) => types[0] === stored[0]) ?? implementations[0])?.name ?? type.name;
}

type Resolver = (args: never, context: unknown, info: GraphQLResolveInfo) => unknown;

/** Resolves the generated queries and mutations of one request. */
export class Resolvers {
  private readonly size = new AnswerSize();
  private hasFailed = false;
  /** The nodes by type, collected once: a document may query a type a thousand times. */
  private readonly nodesByType = new Map<string, readonly StoredNode[]>();

  constructor(
    private readonly model: Model,
    private readonly nodes: Nodes,
  ) {}

  /** One function for each root field. */
  get root(): Record<string, Resolver> {
    return Object.assign({}, ...[...this.model.types.values()].map((type) => this.rootOf(type))) as Record<
      string,
      Resolver
    >;
  }

  /** Resolves the fields of their results. */
  readonly field: GraphQLFieldResolver<unknown, unknown> = (source, args, context, info) => {
    if (source instanceof NodeView) return this.fieldOf(source, args as Page, info);
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
        return this.viewsOf(found === undefined ? [] : [found], type, info)[0] ?? null;
      },
      [`aggregate${name}`]: ({ filter }: Page) => aggregateOf(this.matching(type, filter), type),
      [`add${name}`]: ({ input, upsert }: { input: readonly Input[]; upsert?: boolean }, _context, info) =>
        this.mutate(type, info, (mutation) => {
          const uids = mutation.add(type, input, upsert === true);
          return { uids, numUids: mutation.createdCount };
        }),
      [`update${name}`]: ({ input }: { input: { filter: Filter; set?: Input; remove?: Input } }, _context, info) =>
        this.mutate(type, info, (mutation) => {
          if (input.set == null && input.remove == null) return { uids: [], numUids: 0 };
          const uids = this.matching(type, input.filter).map(({ uid }) => uid);
          mutation.update(uids, type, input);
          return { uids, numUids: uids.length };
        }),
      [`delete${name}`]: ({ filter }: { filter: Filter }, _context, info) => {
        // The answer shows the deleted nodes as they were before.
        const before = new Map(this.nodes.all);
        return this.mutate(type, info, (mutation) => {
          const uids = this.matching(type, filter).map(({ uid }) => uid);
          mutation.remove(uids, type);
          return { uids, numUids: uids.length, before, msg: uids.length === 0 ? "No nodes were deleted" : "Deleted" };
        });
      },
    };
  }

  /** Makes all changes of one mutation, or none. After a failed mutation, the later ones of the request are refused. */
  private mutate(
    type: ObjectType,
    info: GraphQLResolveInfo,
    act: (mutation: Mutation) => { uids: readonly string[]; numUids: number; msg?: string; before?: Snapshot },
  ): Record<string, unknown> {
    if (this.hasFailed)
      throw new GraphQLError(`Mutation ${info.fieldName} was not executed because of a previous error.`);
    this.hasFailed = true;
    const mutation = new Mutation(this.nodes.all, this.model, () => this.nodes.newUid());
    const { uids, before, ...payload } = act(mutation);
    const touched = [...new Set(uids)].flatMap((uid) => before?.get(uid) ?? mutation.transaction.get(uid) ?? []);
    this.size.add(touched, info, type);
    mutation.transaction.commitTo(this.nodes.all);
    this.nodesByType.clear();
    this.nodes.changed();
    this.hasFailed = false;
    const snapshot = before ?? this.nodes.all;
    const viewsOf = (page: Page): NodeView[] =>
      pageOf(touched, page, type).map((node) => new NodeView(node, type, snapshot, this.model));
    return { ...payload, [payloadName(type)]: viewsOf };
  }

  private fieldOf({ node, type, snapshot }: NodeView, args: Page, info: GraphQLResolveInfo): unknown {
    const own = this.model.types.get(info.parentType.name) ?? type;
    const isAggregate = info.fieldName.endsWith("Aggregate");
    const field = own.fields.get(isAggregate ? info.fieldName.slice(0, -"Aggregate".length) : info.fieldName);
    if (field === undefined) return undefined;
    if (field.kind === "uid") return node.uid;
    if (field.kind !== "object") return valueOf(field, node.values[field.predicate]);
    const target = this.model.types.get(field.type);
    if (target === undefined) return undefined;
    const related = this.relatedNodes(node, field, snapshot);
    if (isAggregate) return aggregateOf(pageOf(related, { filter: args.filter ?? null }, target), target);
    const found = pageOf(related, args, target);
    this.size.add(found, info, target);
    const views = found.map((one) => new NodeView(one, target, snapshot, this.model));
    return field.isList ? views : (views[0] ?? null);
  }

  /** The nodes that a field links to. A removed one is shown as an empty node, as by Dgraph. */
  private relatedNodes({ values }: StoredNode, { predicate }: Field, snapshot: Snapshot): StoredNode[] {
    const uids = valuesOf(values[predicate]).map(String);
    const found = uids.map((uid) => snapshot.get(uid) ?? { uid, types: [], values: {} });
    return found.sort((one, other) => Number.parseInt(one.uid, 16) - Number.parseInt(other.uid, 16));
  }

  private page(nodes: readonly StoredNode[], page: Page, type: ObjectType, info: GraphQLResolveInfo): NodeView[] {
    return this.viewsOf(pageOf(nodes, page, type), type, info);
  }

  private viewsOf(found: readonly StoredNode[], type: ObjectType, info: GraphQLResolveInfo): NodeView[] {
    this.size.add(found, info, type);
    return found.map((node) => new NodeView(node, type, this.nodes.all, this.model));
  }

  private matching(type: ObjectType, filter: Filter | null | undefined): StoredNode[] {
    return this.of(type).filter((node) => filter == null || matches(node, filter, type));
  }

  private of({ stored }: ObjectType): readonly StoredNode[] {
    const [name = ""] = stored;
    const known =
      this.nodesByType.get(name) ?? [...this.nodes.all.values()].filter(({ types }) => types.includes(name));
    this.nodesByType.set(name, known);
    return known;
  }
}

function valueOf({ isList }: Field, value: unknown): unknown {
  const values = valuesOf(value);
  return isList ? values : values[0];
}
