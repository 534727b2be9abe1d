import * as pulumi from "./pulumi";
import { Backend, type BackendArgs } from "./backend";
import { GraphqlSchema, type GraphqlSchemaArgs } from "./graphqlSchema";
import { hostOf } from "./host";
import { partOptions } from "./partOptions";
import { RegisteredComponent } from "./registeredResource";
import { Restore } from "./restore";
import type { RestoreArgs } from "./restoreArgs";

/** Inputs of a Restore that only a cluster has. */
type OfCluster = "backup" | "location" | "backupId" | "credentials" | "encryptionKeyFile" | "contents";

/** Data for an {@link Environment}: the inputs of a {@link Restore}. Its target is the environment's own backend. */
export interface EnvironmentSeed extends Omit<RestoreArgs, "target" | OfCluster> {
  /** The backend whose backup is restored: a Backend or its uid. Required. Another backend runs the restore again. */
  source: NonNullable<RestoreArgs["source"]>;
}

/** Inputs of an {@link Environment}: those of its {@link Backend}, its schema, and its data. */
export interface EnvironmentArgs extends BackendArgs {
  /**
   * The schema of the backend, as for a {@link GraphqlSchema}: a text, or an asset (`new pulumi.asset.FileAsset("schema.graphql")`). Required.
   * A change replaces the whole schema of the backend in place (`updateGQLSchema`); the preview shows each change with its grade.
   */
  schema: GraphqlSchemaArgs["schema"];
  /**
   * Who may use the schema, as for a {@link GraphqlSchema}. Default: the line `# Dgraph.Authorization` of the text, if it has one. A change
   * updates in place (`updateGQLSchema`) and needs consent.
   */
  authorization?: GraphqlSchemaArgs["authorization"];
  /**
   * Consent to changes of the schema that hide data, make reads fail, change who may read or write, or are refused by Dgraph: the paths that
   * the refusal names, or ["*"]. Default: none. A change only writes the state.
   */
  allow?: GraphqlSchemaArgs["allow"];
  /**
   * Data for the backend: the backup of another one, restored once (operation `restore`). Default: none. Dedicated backends only. The backup
   * brings its own schema, so `schema` is sent afterwards, and again whenever the seed runs again. {@link RestoreArgs} says what runs it
   * again. Removing the seed makes no call, and the data stays.
   */
  seed?: EnvironmentSeed | undefined;
}

/**
 * A backend with its lambda, its data and its schema, made in this order: a {@link Backend} with the name of the environment, a
 * {@link Restore} NAME-seed if there is a `seed`, and a {@link GraphqlSchema} NAME-schema.
 *
 * It does nothing that its parts do not do: each behaves as it is described there. The options `dependsOn`, `ignoreChanges` and
 * `replaceOnChanges` reach every part, `retainOnDelete` and `deletedWith` the backend; the parts inherit the others as in any component.
 *
 * @example
 * ```ts
 * const review = new dgraphcloud.Environment("review", {
 *   zone: "us-east-1",
 *   deploymentType: "dedicated",
 *   schema: new pulumi.asset.FileAsset("schema.graphql"),
 *   seed: { source: "0xf0ffe9" },
 * });
 * export const endpoint = review.graphqlEndpoint;
 * ```
 */
export class Environment extends RegisteredComponent {
  /** The backend. */
  readonly backend: Backend;
  /** The restore that gives it its data; undefined without `seed`. */
  readonly seed: Restore | undefined;
  /** The schema. */
  readonly schema: GraphqlSchema;
  /** Address of its GraphQL endpoint. What uses it waits until data and schema are there. */
  readonly graphqlEndpoint: pulumi.Output<string>;
  /** Token for the backend's endpoints (header `X-Auth-Token`). A secret. What uses it waits until data and schema are there. */
  readonly jwtToken: pulumi.Output<string>;

  constructor(name: string, args: EnvironmentArgs, options: pulumi.ComponentResourceOptions = {}) {
    const host = hostOf(new.target);
    // They are about the backend. With them the engine drops a record without asking the provider, and that of the seed would inherit them.
    const { deletedWith, retainOnDelete, ...inherited } = options;
    const ofBackend = { ...(deletedWith && { deletedWith }), ...(retainOnDelete !== undefined && { retainOnDelete }) };
    super(host, "dgraphcloud:index:Environment", name, inherited);
    const { schema, authorization, allow, seed, ...backend } = args;
    const own = partOptions(host, options, this);
    this.backend = new (host.classOf(Backend))(name, backend, { ...own, ...ofBackend });
    this.seed =
      seed === undefined
        ? undefined
        : new (host.classOf(Restore))(`${name}-seed`, { ...seed, target: this.backend }, own);
    this.schema = new (host.classOf(GraphqlSchema))(
      `${name}-schema`,
      {
        backend: this.backend,
        schema,
        authorization,
        allow,
        triggers: this.seed === undefined ? undefined : { restored: this.seed.startedAt },
      },
      this.seed === undefined ? own : pulumi.mergeOptions(own, { dependsOn: this.seed }),
    );
    // Only an id is known in every preview of an update; any other output would make these two unknown.
    const whenComplete = this.schema.id;
    this.graphqlEndpoint = pulumi.all([this.backend.graphqlEndpoint, whenComplete]).apply(([endpoint]) => endpoint);
    this.jwtToken = pulumi.secret(pulumi.all([this.backend.jwtToken, whenComplete]).apply(([token]) => token));
    this.registerOutputs({ graphqlEndpoint: this.graphqlEndpoint, jwtToken: this.jwtToken });
  }
}
