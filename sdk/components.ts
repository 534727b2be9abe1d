import * as provider from "@pulumi/pulumi/provider";
import * as pulumi from "./pulumi";
import { Environment, type EnvironmentArgs, Restore } from "./plugin";

/** Serves the components to programs in other languages than TypeScript: the plugin starts this file when the first one is made. */
function serveComponents(): Promise<void> {
  // The plugin holds the other end of the pipe: without it, nobody needs this process.
  process.stdin.resume().once("close", () => process.exit());
  return provider.main({ version: "", construct }, process.argv.slice(2));
}

function construct(
  name: string,
  type: string,
  inputs: pulumi.Inputs,
  options: pulumi.ComponentResourceOptions,
): Promise<provider.ConstructResult> {
  if (type === "dgraphcloud:index:Restore") return Promise.resolve(restore(name, inputs, options));
  if (type === "dgraphcloud:index:Environment") return Promise.resolve(environment(name, inputs, options));
  throw new pulumi.RunError(`dgraphcloud has no component "${type}"`);
}

function restore(
  name: string,
  inputs: pulumi.Inputs,
  options: pulumi.ComponentResourceOptions,
): provider.ConstructResult {
  const made = new Restore(name, inputs, options);
  const { restoreId, status, errors, confirmed, startedAt, completedAt } = made;
  const { restoredFolder, restoredBackupId, restoredNum, restoredType, restoredTimestamp } = made;
  const outcome = { restoreId, status, errors, confirmed, startedAt, completedAt };
  const restored = { restoredFolder, restoredBackupId, restoredNum, restoredType, restoredTimestamp };
  return { urn: made.urn, state: { ...outcome, ...restored } };
}

function environment(
  name: string,
  inputs: pulumi.Inputs,
  options: pulumi.ComponentResourceOptions,
): provider.ConstructResult {
  const made = new Environment(name, inputs as EnvironmentArgs, options);
  const { urn, backend, seed, schema, graphqlEndpoint, jwtToken } = made;
  return { urn, state: { backend, seed, schema, graphqlEndpoint, jwtToken } };
}

void serveComponents();
