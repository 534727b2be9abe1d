import { readFile } from "node:fs/promises";
import * as pulumi from "./pulumi";
import { holdsSecret } from "../provider/schema/secretLines";
import type { SchemaChange } from "../provider/types";
import type { Backend } from "./backend";
import { hiddenBackend } from "./backendProtection";
import { hostOf } from "./host";
import { RegisteredResource } from "./registeredResource";
import { type Triggers, uidIfGiven } from "./types";

/** How long each operation on a {@link GraphqlSchema} may take: durations like "90s", "20m" or "1h30m". A change only writes the state. */
export interface GraphqlSchemaTimeouts {
  /** Waiting for restores and drops on the backend, sending the schema, and building its indexes. Default "10m". */
  create?: pulumi.Input<string> | undefined;
  /** The same for a changed schema. Default "10m". */
  update?: pulumi.Input<string> | undefined;
}

/**
 * Who may use the schema: the line `# Dgraph.Authorization` that Dgraph reads from it. It needs `verificationKey` and `algo`, or `jwkUrl` (or
 * `jwkUrls`) and `audience`.
 */
export interface SchemaAuthorization {
  /** Name of the HTTP header that carries the JWT. */
  header: pulumi.Input<string>;
  /** Claim of the JWT under which Dgraph finds the variables for rules in `@auth`. */
  namespace: pulumi.Input<string>;
  /** Algorithm that signs the JWT, like "HS256" or "RS256". */
  algo?: pulumi.Input<string> | undefined;
  /** Key with which Dgraph verifies the JWT: the shared secret, or the public key as PEM. A secret. */
  verificationKey?: pulumi.Input<string> | undefined;
  /** Address of the JSON Web Key Set. */
  jwkUrl?: pulumi.Input<string> | undefined;
  /** Addresses of several JSON Web Key Sets. */
  jwkUrls?: pulumi.Input<pulumi.Input<string>[]> | undefined;
  /** Values of which the claim `aud` must have one. */
  audience?: pulumi.Input<pulumi.Input<string>[]> | undefined;
  /** Refuses every request without a valid JWT, also to types without `@auth`. Default false. */
  closedByDefault?: pulumi.Input<boolean> | undefined;
}

/** Inputs of a {@link GraphqlSchema}. */
export interface GraphqlSchemaArgs {
  /**
   * The backend that gets the schema: a Backend or its uid. Required with an account, and refused with a cluster, which gets the schema itself.
   * Another backend replaces the resource: the schema is sent to the new backend, and stays on the old one.
   */
  backend?: Backend | pulumi.Input<string> | undefined;
  /**
   * The schema in GraphQL's schema language, with Dgraph's directives: a text, or an asset (`new pulumi.asset.FileAsset("schema.graphql")`).
   * Required. A text that cannot be used is refused in the preview, with line and column. A change replaces the whole schema of the backend in
   * place (`updateGQLSchema`); the preview shows each change with its grade.
   */
  schema: pulumi.Input<string | pulumi.asset.Asset>;
  /**
   * Who may use the schema. Default: the line `# Dgraph.Authorization` of the text, if it has one; the two together are refused. A change
   * updates in place (`updateGQLSchema`) and needs consent, and so does leaving it out again.
   */
  authorization?: pulumi.Input<SchemaAuthorization> | undefined;
  /**
   * Consent to changes that hide data, make reads fail, change who may read or write, or are refused by Dgraph: the paths that the refusal
   * names, like ["User.email", "Order"], or ["*"] for all. A path covers every change of its place in the schema. Default: none. The preview
   * names the paths that no change of the program needs. A change only writes the state.
   */
  allow?: pulumi.Input<pulumi.Input<string>[]> | undefined;
  /**
   * A list, or an object from reason to value. A changed or added value sends the schema again, for example after a Restore or a DataDrop has
   * replaced it: `triggers: { restored: restore.startedAt }`. Default: none. Removing one only writes the state.
   */
  triggers?: Triggers | undefined;
  /** How long each operation may take. A change only writes the state. */
  timeouts?: pulumi.Input<GraphqlSchemaTimeouts> | undefined;
}

/**
 * The GraphQL schema of a backend, or of a cluster of your own (operation `updateGQLSchema`, which replaces all of it). A backend has one, and so
 * has each namespace of a cluster. Its `id` is the uid of the backend, or the id of the cluster: its `cid`, and for a namespace above 0 `CID:NAMESPACE`.
 *
 * The preview compares the text with the state. Unless `allow` names them, it refuses changes that would hide data, make reads fail, or
 * change who may read or write. Before it sends, the update compares with the live schema. Afterwards it checks that the text is live. If Dgraph
 * applies a schema only by half, the schema from before is sent again. A cluster, and a dedicated backend whose `deploymentMode` is "flexible" or
 * "readonly", also answer DQL: there the update counts what is at stake, foresees what Dgraph refuses, and checks the predicates.
 *
 * Deleting the resource makes no call: the schema and the data stay on the backend.
 *
 * @example
 * ```ts
 * new dgraphcloud.GraphqlSchema("orders", { backend: orders, schema: new pulumi.asset.FileAsset("schema.graphql") });
 * new dgraphcloud.GraphqlSchema("shop", { schema: new pulumi.asset.FileAsset("shop.graphql") }, { provider: cluster });
 * ```
 */
export class GraphqlSchema extends RegisteredResource {
  /** Uid of the backend, or id of the cluster. */
  declare readonly backend: pulumi.Output<string>;
  /** The text that is live, without the line of `authorization`. */
  declare readonly schema: pulumi.Output<string>;
  /** The whole API that Dgraph makes of the schema, in GraphQL's schema language. */
  declare readonly generatedSchema: pulumi.Output<string>;
  /** What the last create or update changed, the worst first. */
  declare readonly changes: pulumi.Output<SchemaChange[]>;
  /** When the schema was last sent (ISO 8601). */
  declare readonly appliedAt: pulumi.Output<string>;

  /**
   * Looks up the schema of a backend, or of a cluster, that this stack does not manage.
   *
   * @param name Name of the resource in the program.
   * @param uid Uid of the backend, like "0x42". With a cluster, its id, as `id` of a GraphqlSchema has it: another cluster is refused.
   */
  static get(name: string, uid: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): GraphqlSchema {
    return new (hostOf(this).classOf(GraphqlSchema))(name, undefined, { ...options, id: uid });
  }

  constructor(name: string, args: GraphqlSchemaArgs, options?: pulumi.CustomResourceOptions);
  /** @internal */
  constructor(name: string, args: undefined, options: pulumi.CustomResourceOptions);
  constructor(name: string, args: GraphqlSchemaArgs | undefined, options?: pulumi.CustomResourceOptions) {
    const registration = { kind: "graphqlSchema", name, outputs, inputs: args && inputsOf(args), options } as const;
    super(hostOf(new.target), { ...registration, hidden: args && hiddenBackend(args.backend) });
  }
}

const outputs = {
  backend: undefined,
  schema: undefined,
  generatedSchema: undefined,
  changes: undefined,
  appliedAt: undefined,
};

function inputsOf(args: GraphqlSchemaArgs): pulumi.Inputs {
  return {
    ...args,
    backend: uidIfGiven(args.backend),
    schema: textOf(args.schema),
    ...(args.authorization !== undefined && { authorization: withSecretKey(args.authorization) }),
  };
}

/** The text of a schema. Assets are read here: the provider may run in another folder. */
function textOf(schema: GraphqlSchemaArgs["schema"]): pulumi.Output<string> {
  return pulumi
    .output(schema)
    .apply((value) => contentOf(value))
    .apply((text) => secretWhereNeeded(text, text));
}

/** A value that contains a schema: a secret if a line of the schema may hold one. */
export function secretWhereNeeded<T>(text: string, value: T): pulumi.Output<pulumi.Unwrap<T>> {
  return holdsSecret(text) ? pulumi.secret(value) : pulumi.output(value);
}

/** An asset as an output gives it back: a copy of its properties, which may come from another copy of @pulumi/pulumi. */
type AssetCopy = Partial<Pick<pulumi.asset.FileAsset, "path"> & Pick<pulumi.asset.StringAsset, "text">>;

async function contentOf(schema: string | pulumi.asset.Asset): Promise<string> {
  if (typeof schema === "string") return schema;
  const { path, text } = schema as AssetCopy;
  if (path !== undefined) return contentOfFile(await path);
  if (text !== undefined) return text;
  throw new pulumi.RunError(
    "The schema of a GraphqlSchema is a text, a FileAsset or a StringAsset; no other asset can be read.",
  );
}

async function contentOfFile(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const { code = "an error" } = error as NodeJS.ErrnoException;
    throw new pulumi.RunError(
      `The schema file "${path}" cannot be read (${code}). A relative path counts from the folder of the program, ${process.cwd()}.`,
    );
  }
}

/** The key is a secret also where the program does not say so. */
function withSecretKey(authorization: pulumi.Input<SchemaAuthorization>): pulumi.Output<unknown> {
  return pulumi.output(authorization).apply((value) => {
    const { verificationKey } = value;
    return verificationKey === undefined ? pulumi.output(value) : pulumi.secret(value);
  });
}
