import { Metadata, status } from "@grpc/grpc-js";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import type { Values } from "../../resource/values";

/** A failure as gRPC carries it. The engine reads the details from the metadata. */
interface RpcFailure {
  readonly code: number;
  readonly details: string;
  readonly metadata?: Metadata;
}

/** A resource that exists although its create or its update failed. The engine keeps it, and goes on with it in the next run. */
class InitFailure extends Error {
  constructor(
    readonly detail: ErrorResourceInitFailed,
    cause: unknown,
  ) {
    super(detail.getReasonsList().join("\n"), { cause });
  }
}

/** The failure of a create or an update. What it has left is written for the engine by `write`. */
export function initFailure(error: unknown, write: (outputs: Values) => Struct): unknown {
  const { id, properties, reasons } = error as { id?: string; properties?: Values; reasons?: string[] };
  if (id === undefined || properties === undefined || reasons === undefined) return error;
  const detail = new ErrorResourceInitFailed();
  detail.setId(id);
  detail.setProperties(write(properties));
  detail.setReasonsList(reasons);
  return new InitFailure(detail, error);
}

export function rpcFailure(error: unknown): RpcFailure {
  if (isRpcFailure(error)) return error;
  const details = error instanceof Error ? error.message : String(error);
  if (!(error instanceof InitFailure)) return { code: status.UNKNOWN, details };
  const detail = new Any();
  detail.pack(error.detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const found = new Status();
  found.setCode(status.UNKNOWN);
  found.setMessage(details);
  found.addDetails(detail);
  const metadata = new Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(found.serializeBinary()));
  return { code: status.UNKNOWN, details, metadata };
}

/** Whether another process has sent it: then it is passed on as it is. */
function isRpcFailure(error: unknown): error is RpcFailure {
  const { code, details, metadata } = error as Partial<RpcFailure>;
  return typeof code === "number" && typeof details === "string" && metadata !== undefined;
}
