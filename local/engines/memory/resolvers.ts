import {
  getNamedType,
  GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  isLeafType,
} from "graphql";
import { aggregateOf, type Filter, hasId, matches, type Page, pageOf, uidOf } from "./filters";
import { payloadName } from "./generate";
import { AnswerSize } from "./limits";
import { Mutation } from "./mutations";
import { needsDgraph } from "./needsDgraph";
import type { Snapshot, StoredNode } from "./nodes";
import { isPassword } from "./passwords";
import type { Field, Model, ObjectType } from "./schema/model";
import { type Input, membersOf, unionPage } from "./unions";
import { readValues, valuesOf } from "./values";

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
    const computed = this.model.rootFields.map(({ root, name }) => ({ [name]: () => refuseComputed(root, name) }));
    const generated = [...this.model.types.values()].map((type) => this.rootOf(type));
    return Object.assign({}, ...generated, ...computed) as Record<string, Resolver>;
  }

  /** Resolves the fields of their results. */
  readonly field: GraphQLFieldResolver<unknown, unknown> = (source, args, context, info) => {
    if (source instanceof NodeView) return this.fieldOf(source, args as Page, info);
    const value = (source as Record<string, unknown>)[info.fieldName];
    return typeof value === "function" ? (value as Resolver)(args as never, context, info) : value;
  };

  private rootOf(type: ObjectType): Record<string, Resolver> {
    const { name } = type;
    return {
      [`query${name}`]: (page: Page, _context, info) => this.page(this.of(type), page, type, info),
      [`get${name}`]: (by: Input, _context, info) => this.viewsOf(this.named(type, by), type, info)[0] ?? null,
      [`check${name}Password`]: (by: Input, _context, info) => {
        const [node] = this.named(type, by);
        const hash = type.secret === undefined ? undefined : node?.values[type.secret.predicate];
        const isRight = typeof hash === "string" && isPassword(String(by[type.secret?.name ?? ""]), hash);
        return isRight && node !== undefined ? this.viewsOf([node], type, info)[0] : null;
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

  /** The node that has these values of ID and @id fields; none if none is given. */
  private named(type: ObjectType, by: Input): StoredNode[] {
    const { name, uidField, uniqueFields } = type;
    const wanted = uidField === undefined ? undefined : (by[uidField.name] as string | null | undefined);
    if (wanted != null && uidOf(wanted) === undefined)
      throw new GraphQLError(`ID argument (${wanted}) of get${name} was not able to be parsed`);
    const unique = uniqueFields.filter((field) => by[field.name] != null);
    if (wanted == null && unique.length === 0) return [];
    const found = this.of(type).filter(
      (node) =>
        (wanted == null || node.uid === uidOf(wanted)) && unique.every((field) => hasId(node, field, by[field.name])),
    );
    // Data that is older than the @id may have several.
    if (found.length > 1) throw severalValues();
    return found;
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
    if (field.isComputed) return refuseComputed(own.name, field.name);
    if (field.kind === "uid") return node.uid;
    if (field.kind === "union") return this.ofUnion(field, node, args, snapshot, info);
    if (field.kind !== "object") return valueOf(node, field, info);
    const target = this.model.types.get(field.type);
    if (target === undefined) return undefined;
    refuseScalars(node, field);
    const related = this.relatedNodes(node, field, snapshot);
    if (isAggregate) return aggregateOf(pageOf(related, { filter: args.filter ?? null }, target), target);
    const found = pageOf(related, args, target);
    this.size.add(found, info, target);
    const views = found.map((one) => new NodeView(one, target, snapshot, this.model));
    return shown(field, views);
  }

  private ofUnion(field: Field, node: StoredNode, args: Page, snapshot: Snapshot, info: GraphQLResolveInfo): unknown {
    refuseScalars(node, field);
    const found = unionPage(this.relatedNodes(node, field, snapshot), membersOf(field, this.model), args);
    for (const one of found) this.size.add([one.node], info, one.type);
    const views = found.map((one) => new NodeView(one.node, one.type, snapshot, this.model));
    return shown(field, views);
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

function valueOf(node: StoredNode, field: Field, { returnType }: GraphQLResolveInfo): unknown {
  const values = readValues(node, field).map((value) => coerced(value, field, returnType));
  return shown(field, values);
}

/** What a field shows. Dgraph answers even one value of a list predicate as a list, which a single field cannot show. */
function shown(field: Field, values: readonly unknown[]): unknown {
  if (field.isList) return values;
  if (field.stored?.list === true && values.length > 0) throw severalValues();
  return present(field, values[0] ?? null);
}

function refuseComputed(type: string, field: string): never {
  throw needsDgraph(`the values of @custom and @lambda (${type}.${field})`);
}

/** A value that the type of its field can show, or Dgraph's error in its place. */
function coerced(value: unknown, { name, type }: Field, returnType: GraphQLOutputType): unknown {
  const leaf = getNamedType(returnType);
  try {
    if (isLeafType(leaf)) leaf.serialize(value);
    return value;
  } catch {
    return new GraphQLError(`Error coercing value '${JSON.stringify(value)}' for field '${name}' to type ${type}.`);
  }
}

function severalValues(): GraphQLError {
  return new GraphQLError(
    "A list was returned, but GraphQL was expecting just one item. This indicates an internal error - probably a mismatch between the GraphQL and Dgraph/remote schemas. The value was resolved as null (which may trigger GraphQL error propagation) and as much other data as possible returned.",
  );
}

/** Refuses the values of a predicate that is scalar still, after a refused update made its field a relation. */
function refuseScalars({ values }: StoredNode, { name, type, predicate, stored }: Field): void {
  const [value] = valuesOf(values[predicate]);
  if (stored === undefined || stored.type === "uid" || value === undefined) return;
  throw new GraphQLError(`Error coercing value '${JSON.stringify(value)}' for field '${name}' to type ${type}.`);
}

/** Refuses null for a required field, in Dgraph's words: nodes may be older than the field, or than its "!". */
function present(field: Field, value: unknown): unknown {
  if (!field.isRequired || value !== null) return value;
  throw new GraphQLError(
    `Non-nullable field '${field.name}' (type ${field.text}) was not present in result from Dgraph.  GraphQL error propagation triggered.`,
  );
}
