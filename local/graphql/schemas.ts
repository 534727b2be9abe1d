import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { buildSchema, type GraphQLSchema } from "graphql";

/** The known API of Dgraph Cloud as GraphQL schemas. Each field names its source. */
export const schemas = {
  /** The control plane. */
  control: load("control"),
  /** `/admin/slash` of a backend. */
  slash: load("slash"),
  /** `/admin` of a backend. */
  admin: load("admin"),
};

function load(name: string): GraphQLSchema {
  const besideSource = join(__dirname, "..", "schema", `${name}.graphql`);
  const besideBuild = join(__dirname, "..", "..", "schema", `${name}.graphql`);
  return buildSchema(readFileSync(existsSync(besideSource) ? besideSource : besideBuild, "utf8"));
}
