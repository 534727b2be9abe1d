import { setMaxListeners } from "node:events";
import { createRequire } from "node:module";
import type { Client } from "@grpc/grpc-js";
import { EngineGoneError } from "../errors/errors";

interface LineOptions {
  readonly ephemeral: boolean;
  /** Default: info. */
  readonly severity?: "INFO" | "WARNING" | "ERROR";
}

/** The way back to the engine that runs this process: lines in a resource's own row, and a sign of its death. */
export interface EngineChannel {
  /** Shows a line in the row of a resource; an ephemeral one leaves nothing behind. False when it cannot. */
  log(urn: string | undefined, message: string, options: LineOptions): boolean;
  /** Resolves when the engine has taken all lines so far, or cannot. */
  flushed(): Promise<void>;
  /** Aborted when the engine is gone. */
  readonly signal: AbortSignal;
}

type Grpc = typeof import("@grpc/grpc-js");
type Services = typeof import("@pulumi/pulumi/proto/engine_grpc_pb");
type Messages = typeof import("@pulumi/pulumi/proto/engine_pb");

const never = new AbortController().signal;
// Each request listens to it.
setMaxListeners(0, never);

export const silent: EngineChannel = {
  log: () => false,
  flushed: () => Promise.resolve(),
  signal: never,
};

/** How long the engine may take to accept a line. */
const lineMs = 5_000;

/** The address of the engine that runs this process; none when something else does. */
export function engineAddress(argv: readonly string[] = process.argv): string | undefined {
  const [, program = "", address = ""] = argv;
  return /[\\/]dynamic-provider([\\/]|$)/.test(program) && /^[\w.[\]:-]+:\d+$/.test(address) ? address : undefined;
}

/** What the engine's protocol needs: parts of @pulumi/pulumi, and the library that they are made for. */
export interface ProtocolModules {
  readonly grpc: Grpc;
  readonly services: Services;
  readonly messages: Messages;
}

/**
 * Connects to the engine, whose address is the first argument of the dynamic-provider host. The modules are internal to the SDK and may
 * go away: without them, waits are reported on plain lines, and nothing else is lost.
 */
export function connectEngine(argv: readonly string[] = process.argv): EngineChannel {
  const address = engineAddress(argv);
  if (address === undefined) return silent;
  try {
    const sdk = createRequire(require.resolve("@pulumi/pulumi/package.json"));
    const modules = {
      grpc: sdk("@grpc/grpc-js") as Grpc,
      services: sdk("@pulumi/pulumi/proto/engine_grpc_pb") as Services,
      messages: sdk("@pulumi/pulumi/proto/engine_pb") as Messages,
    };
    return openChannel(modules, address);
  } catch {
    return silent;
  }
}

/** Connects to the engine at this address. */
export function openChannel({ grpc, services, messages }: ProtocolModules, address: string): EngineChannel {
  const client = new services.EngineClient(address, grpc.credentials.createInsecure(), {
    "grpc.client_idle_timeout_ms": 2 ** 31 - 1,
  });
  const gone = new AbortController();
  // Every operation listens to it, and --parallel can be any number: Node would warn of a leak.
  setMaxListeners(0, gone.signal);
  watch(grpc, client, () => {
    gone.abort(
      new EngineGoneError({
        code: "DGC210",
        why: "the engine that asked for this is gone.",
        next: "Run pulumi up again: it goes on.",
      }),
    );
    // Nobody is left to receive an answer, and the open port of the server would keep this process alive.
    setTimeout(() => process.exit(1), 200);
  });
  let last = Promise.resolve();
  return {
    signal: gone.signal,
    flushed: () => last,
    log: (urn, message, { ephemeral, severity = "INFO" }) => {
      const request = new messages.LogRequest();
      request.setSeverity(messages.LogSeverity[severity]);
      request.setMessage(message);
      request.setUrn(urn ?? "");
      request.setEphemeral(ephemeral);
      // One after the other: lines sent together may arrive in another order, and the row keeps the last one.
      last = last.then(
        () =>
          new Promise<void>((resolve) => {
            client.log(request, new grpc.Metadata(), { deadline: Date.now() + lineMs }, () => {
              resolve();
            });
          }),
      );
      return true;
    },
  };
}

/** Calls back when an established connection is lost for good. */
function watch(grpc: Grpc, client: Client, onGone: () => void): void {
  const channel = client.getChannel();
  const { READY, TRANSIENT_FAILURE, SHUTDOWN } = grpc.connectivityState;
  let wasReady = false;
  const check = (): void => {
    const state = channel.getConnectivityState(true);
    if (state === READY) wasReady = true;
    if (wasReady && (state === TRANSIENT_FAILURE || state === SHUTDOWN)) onGone();
    else channel.watchConnectivityState(state, Infinity, check);
  };
  check();
}
