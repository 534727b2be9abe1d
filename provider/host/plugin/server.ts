import {
  type handleServerStreamingCall,
  type handleUnaryCall,
  Server,
  ServerCredentials,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { type ListRequest, ListResponse } from "@pulumi/pulumi/proto/provider_pb";
import { rpcFailure } from "./failures";
import type { Plugin } from "./plugin";

/** As the engine has it: a state with a large schema exceeds gRPC's own limit of 4 MB. */
const mostBytes = 400 * 1024 * 1024;

/** A plugin that an engine can reach. */
export interface ServedPlugin {
  readonly port: number;
  close(): void;
}

/** Serves a plugin at a free port of this machine. */
export async function serve(plugin: Plugin): Promise<ServedPlugin> {
  const server = new Server({
    "grpc.max_receive_message_length": mostBytes,
    "grpc.max_send_message_length": mostBytes,
  });
  server.addService(ResourceProviderService, callsOf(plugin));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return {
    port,
    close: () => {
      server.forceShutdown();
    },
  };
}

/** The calls that the plugin answers. The server itself answers the others: they do not exist. */
function callsOf(plugin: Plugin): UntypedServiceImplementation {
  return {
    handshake: unary(plugin.handshake.bind(plugin)),
    attach: unary(plugin.attach.bind(plugin)),
    getPluginInfo: unary(plugin.getPluginInfo.bind(plugin)),
    getSchema: unary(plugin.getSchema.bind(plugin)),
    checkConfig: unary(plugin.checkConfig.bind(plugin)),
    diffConfig: unary(plugin.diffConfig.bind(plugin)),
    configure: unary(plugin.configure.bind(plugin)),
    invoke: unary(plugin.invoke.bind(plugin)),
    construct: unary(plugin.construct.bind(plugin)),
    check: unary(plugin.check.bind(plugin)),
    diff: unary(plugin.diff.bind(plugin)),
    create: unary(plugin.create.bind(plugin)),
    read: unary(plugin.read.bind(plugin)),
    update: unary(plugin.update.bind(plugin)),
    delete: unary(plugin.delete.bind(plugin)),
    cancel: unary(plugin.cancel.bind(plugin)),
    list: listing(plugin),
  };
}

/** A call with one answer. What it throws reaches the user as a message without a stack. */
function unary<Request, Response>(
  work: (request: Request) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call, answer) => {
    const respond = async (): Promise<void> => {
      try {
        answer(null, await work(call.request));
      } catch (error) {
        answer(rpcFailure(error));
      }
    };
    void respond();
  };
}

function listing(plugin: Plugin): handleServerStreamingCall<ListRequest, ListResponse> {
  return (call) => {
    plugin.list(call.request).then(
      (found) => {
        const limit = call.request.getLimit();
        for (const { id, name } of limit > 0 ? found.slice(0, limit) : found) {
          const result = new ListResponse.Result();
          result.setId(id);
          result.setName(name);
          const response = new ListResponse();
          response.setResult(result);
          call.write(response);
        }
        call.end();
      },
      (error: unknown) => {
        call.destroy(Object.assign(new Error(), rpcFailure(error)));
      },
    );
  };
}
