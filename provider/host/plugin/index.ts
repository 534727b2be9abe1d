import { setMaxListeners } from "node:events";
import * as grpc from "@grpc/grpc-js";
import * as services from "@pulumi/pulumi/proto/engine_grpc_pb";
import * as engineMessages from "@pulumi/pulumi/proto/engine_pb";
import { logTo } from "../../api/log";
import { CancelledError } from "../../errors/errors";
import { type EngineChannel, openChannel, silent } from "../engineChannel";
import { HostProcess } from "../process";
import { Components } from "./components";
import { PackageSchema } from "./packageSchema";
import { Plugin } from "./plugin";
import { serve, type ServedPlugin } from "./server";

/** Files of the package that the plugin needs. */
export interface PluginFiles {
  /** The schema of the package. */
  readonly schema: string;
  /** The script that makes the components of the package. */
  readonly components: string;
}

/**
 * Runs the plugin for the engine at this address; without one, for somebody who asks for the schema only. The caller prints the port, as the
 * engine expects it.
 */
export function startPlugin(engine: string | undefined, files: PluginFiles): Promise<ServedPlugin> {
  let address = engine;
  let channel: EngineChannel | undefined;
  const cancelled = new AbortController();
  // Every operation listens to it, and --parallel can be any number: Node would warn of a leak.
  setMaxListeners(0, cancelled.signal);
  const connect = (): EngineChannel => {
    if (channel !== undefined) return channel;
    const opened = address === undefined ? silent : openChannel({ grpc, services, messages: engineMessages }, address);
    const signal = AbortSignal.any([opened.signal, cancelled.signal]);
    setMaxListeners(0, signal);
    channel = { ...opened, signal };
    logTo((line) => {
      if (!opened.log(undefined, line, { ephemeral: false })) console.error(line);
    });
    return channel;
  };
  // At once: only an open channel tells that the engine has died.
  if (address !== undefined) connect();
  const host = new HostProcess(undefined, connect, undefined, () => address);
  const plugin = new Plugin({
    host,
    schema: new PackageSchema(files.schema),
    attach: (attached) => {
      address = attached;
      channel = undefined;
    },
    cancel: () => {
      cancelled.abort(
        new CancelledError({
          code: "DGC212",
          why: "the run was cancelled, and the wait has ended.",
          next: "Run pulumi up again: it goes on.",
        }),
      );
    },
    components: new Components(files.components, () => address),
  });
  return serve(plugin);
}
