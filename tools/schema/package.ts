import { readFileSync } from "node:fs";
import { join } from "node:path";
import { settingNames } from "../../provider/api/settings";
import { backend } from "../../provider/backend";
import { backup } from "../../provider/backup";
import { dataDrop } from "../../provider/dataDrop";
import { restoreCompletion } from "../../provider/restore/completion";
import { restoreRequest } from "../../provider/restore/request";
import { graphqlSchema } from "../../provider/schema";
import { Functions } from "./functions";
import { type CustomResource, Resources } from "./resources";
import { ownSources, type Sources } from "./sources";
import { type FunctionSpec, type PackageSpec, type ResourceSpec, tokenOf } from "./spec";
import { Types } from "./types";
import { Words } from "./words";

/** The resources of provider/. */
export const customResources: readonly CustomResource[] = [
  { resource: backend },
  { resource: graphqlSchema },
  { resource: dataDrop },
  { resource: backup },
  {
    resource: restoreRequest,
    args: "RestoreArgs",
    ofComponent: ["backup", "waitForCompletion"],
    outputsAlsoIn: "Restore",
  },
  {
    resource: restoreCompletion,
    args: "RestoreCompletionInputs",
    inputsAlsoIn: "RestoreArgs",
    outputsAlsoIn: "Restore",
  },
];

/** What the schema takes from package.json. */
interface Manifest {
  readonly version: string;
  readonly description: string;
  readonly keywords: readonly string[];
  readonly license: string;
  readonly homepage?: string;
}

/** The package schema of dgraphcloud: from the field tables in provider/, and from the types and docstrings in sdk/. */
export function packageSchema(
  root: string,
  sources: Sources = ownSources(root),
  resources = customResources,
): PackageSpec {
  const words = new Words();
  const types = new Types(sources, words);
  const describe = new Resources(sources, words, types);
  const functions = new Functions(sources, words, types);
  const exported = sources.exported();
  const forgotten = exported.find(
    (one) =>
      sources.extendsClass(one, "RegisteredResource") && resources.every(({ resource }) => resource.kind !== one.name),
  );
  if (forgotten !== undefined)
    throw new Error(`${forgotten.name} of sdk/ is not in customResources of tools/schema/package.ts: add it.`);

  const components = exported.filter((one) => sources.extendsClass(one, "RegisteredComponent"));
  const found: Record<string, ResourceSpec> = {};
  for (const custom of resources) found[tokenOf(custom.resource.kind)] = describe.custom(custom);
  for (const component of components) found[tokenOf(component.name)] = describe.component(component);
  const provider = describe.provider(settingNames);
  const asked: Record<string, FunctionSpec> = {};
  for (const one of exported.filter(isLookup)) asked[tokenOf(one.name)] = functions.function(one);
  words.finish();

  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;
  const { version, description, keywords, license, homepage } = manifest;
  return {
    name: "dgraphcloud",
    version,
    description,
    keywords,
    ...(homepage !== undefined && { homepage }),
    license,
    // The SDK for Go gets a go.mod of its own.
    meta: { supportPack: true },
    config: { variables: provider.inputProperties },
    types: types.named,
    provider,
    resources: found,
    functions: asked,
    language: {
      // Not the name of this package: a program may need both, since this one brings the plugin.
      nodejs: { packageName: "pulumi-dgraphcloud-sdk", respectSchemaVersion: true },
      python: { packageName: "pulumi_dgraphcloud", pyproject: { enabled: true }, respectSchemaVersion: true },
      // Not published: programs replace it by the folder of the SDK.
      go: {
        modulePath: "pulumi-dgraphcloud/sdk/go",
        importBasePath: "pulumi-dgraphcloud/sdk/go/dgraphcloud",
        respectSchemaVersion: true,
      },
    },
  };
}

/** A function of the package. Every language makes its twin for outputs itself. */
function isLookup({ name }: { readonly name: string }): boolean {
  return /^get\w+$/.test(name) && !name.endsWith("Output");
}
