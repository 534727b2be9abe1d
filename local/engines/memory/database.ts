import type { GraphQLSchema } from "graphql";
import { CallerError } from "../../cloud/callerError";
import type { Drop } from "../../cloud/engine";
import type { Fault } from "../../faults/rules";
import type { GraphqlAnswer, GraphqlBody } from "../../graphql/body";
import { runDocument } from "../../graphql/execute";
import { alter, type Altered } from "./alter";
import { dropFrom } from "./drop";
import { failedQueries } from "./failedQueries";
import { generate } from "./generate";
import { refuseLargeSchema } from "./limits";
import type { Content, StoredNode } from "./nodes";
import { Resolvers } from "./resolvers";
import { attachPredicates, dqlSchemaOf } from "./schema/dqlSchema";
import { emptyModel, type Model } from "./schema/model";
import { type DqlSchema, emptyDqlSchema } from "./schema/predicates";
import { readSchema } from "./schema/read";

/** Dgraph's words when it has saved a schema and cannot alter its predicates. */
const halfApplied =
  "resolving updateGQLSchema failed because succeeded in saving GraphQL schema but failed to alter Dgraph schema - GraphQL layer may exhibit unexpected behaviour, reapplying the old GraphQL schema may prevent any issues";

type HalfApplied = Extract<Fault, { kind: "half-applied" }>;

/** A GraphQL schema and the API that Dgraph generates from it; both empty after a drop of the schema. */
export interface GraphqlSchema {
  readonly schema: string;
  readonly generatedSchema: string;
}

/** The data, with its predicates, and the GraphQL schema over it. After a refused update the two do not fit each other. */
export class Database {
  changes = 0;
  private graphqlSchema: GraphqlSchema | undefined;
  private model = emptyModel;
  private dqlSchema = emptyDqlSchema;
  private executable: GraphQLSchema = generate(emptyModel).schema;
  private all = new Map<string, StoredNode>();
  private nextUid = 1;

  /** Undefined before the first schema, as in Dgraph. */
  get current(): GraphqlSchema | undefined {
    return this.graphqlSchema;
  }

  get nodes(): ReadonlyMap<string, StoredNode> {
    return this.all;
  }

  get dql(): DqlSchema {
    return this.dqlSchema;
  }

  /** Replaces the GraphQL schema and alters the predicates, as far as a scripted fault lets it. */
  setSchema(schema: string, fault?: HalfApplied): void {
    refuseLargeSchema(schema);
    this.use(schema, readSchema(schema));
    this.alterDql((wanted) =>
      fault === undefined ? alter(this.dql, wanted, this.all.values()) : scripted(fault, this.dql, wanted),
    );
  }

  /** Throws when a schema cannot be used, and says why. Changes nothing. */
  validateSchema(schema: string): void {
    refuseLargeSchema(schema);
    generate(readSchema(schema));
  }

  async graphql(body: GraphqlBody): Promise<GraphqlAnswer> {
    const resolvers = new Resolvers(this.model, {
      all: this.all,
      newUid: () => `0x${(this.nextUid++).toString(16)}`,
      changed: () => (this.changes += 1),
    });
    return failedQueries(await runDocument(this.executable, resolvers.root, body, body.variables, resolvers.field));
  }

  drop(drop: Drop): void {
    const { nodes, dql } = dropFrom(this.all, this.dql, drop);
    this.all = nodes;
    this.useDql(dql);
    if (drop.what === "allDataAndSchema") this.use("", emptyModel);
    else this.alterDql((wanted) => alter(this.dql, wanted, this.all.values()));
  }

  /** A snapshot of everything: nodes are replaced, never changed. */
  content(): Content {
    const { predicates, types } = this.dql;
    return {
      schema: this.current?.schema ?? "",
      nodes: [...this.all.values()],
      predicates: [...predicates.values()],
      types: [...types],
    };
  }

  load({ schema, nodes, predicates, types = [] }: Content): void {
    // The file may have been written by an earlier version.
    if ((nodes as unknown) === undefined)
      throw new Error(
        "the state of a backend in memory has a format that this version cannot read: choose a new folder with --data",
      );
    this.use(schema, schema === "" ? emptyModel : readSchema(schema));
    if (schema === "") this.graphqlSchema = undefined;
    this.all = new Map(nodes.map((node) => [node.uid, node]));
    this.useDql(
      predicates === undefined
        ? dqlSchemaOf(this.model)
        : { predicates: new Map(predicates.map((one) => [one.predicate, one])), types: new Map(types) },
    );
    for (const { uid } of nodes) this.nextUid = Math.max(this.nextUid, Number.parseInt(uid, 16) + 1);
  }

  private use(schema: string, model: Model): void {
    const { schema: executable, sdl } = generate(model);
    this.executable = executable;
    this.model = model;
    this.graphqlSchema = { schema, generatedSchema: schema === "" ? "" : sdl };
    attachPredicates(model, this.dql);
    this.changes += 1;
  }

  private useDql(dql: DqlSchema): void {
    this.dqlSchema = dql;
    attachPredicates(this.model, dql);
    this.changes += 1;
  }

  /** Gives the data the predicates that the GraphQL schema asks for. If that is refused, the schema is saved all the same. */
  private alterDql(alteration: (wanted: DqlSchema) => Altered): void {
    const { dql, refusal } = alteration(dqlSchemaOf(this.model));
    this.useDql(dql);
    if (refusal !== undefined) throw new CallerError(`${halfApplied}: ${refusal}`);
  }
}

/** The refusal that a fault asks for: only the predicates that it names are altered. */
function scripted({ applied = [], message }: HalfApplied, stored: DqlSchema, wanted: DqlSchema): Altered {
  const altered = [...wanted.predicates].filter(([name]) => applied.includes(name));
  const [refused = "none"] = [...wanted.predicates.keys()].filter((name) => !applied.includes(name));
  return {
    dql: { ...stored, predicates: new Map([...stored.predicates, ...altered]) },
    refusal: message ?? `Schema change not allowed from [string] => string without deleting pred: ${refused}`,
  };
}
