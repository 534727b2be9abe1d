/**
 * `pulumi-dgraphcloud`, served by the plugin of this package instead of the engine's host of dynamic providers: the same classes, functions and types.
 * A program moves by importing from here, and back: nothing is replaced, and nothing runs again. The engine finds the plugin by this in Pulumi.yaml:
 *
 *     plugins:
 *       providers:
 *         - { name: dgraphcloud, path: node_modules/pulumi-dgraphcloud/plugin }
 */
import * as dynamic from "./index";
import { serveByPlugin } from "./shared";

export * from "./index";
export class Backend extends dynamic.Backend {}
export class Backup extends dynamic.Backup {}
export class DataDrop extends dynamic.DataDrop {}
export class Environment extends dynamic.Environment {}
export class GraphqlSchema extends dynamic.GraphqlSchema {}
export class Provider extends dynamic.Provider {}
export class Restore extends dynamic.Restore {}

serveByPlugin([Backend, Backup, DataDrop, Environment, GraphqlSchema, Provider, Restore]);
