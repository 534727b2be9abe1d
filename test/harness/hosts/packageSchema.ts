import { join } from "node:path";
import { type Outputs, PackageSchema } from "../../../provider/host/plugin/packageSchema";

const file = join(__dirname, "../../../dist/provider/host/plugin/schema.json");
let schema: PackageSchema | undefined;

/** The outputs of a kind of resource, from the schema that the build writes. */
export function outputsOf(kind: string): Outputs {
  return (schema ??= new PackageSchema(file)).outputsOf(kind);
}
