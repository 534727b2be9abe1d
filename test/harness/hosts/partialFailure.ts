import type { Metadata } from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { rpcFailure } from "../../../provider/host/plugin/failures";
import type { Values } from "./protocol";

/**
 * A failed call as an error like that of a dynamic provider. One that left an object has its id, its properties and the reasons: gRPC carries
 * them in the details of the status.
 */
export function partialFailureOf(failure: unknown, read: (properties: Struct | undefined) => Values): Error {
  const { details, metadata } = isFromGrpc(failure) ? failure : rpcFailure(failure);
  const [status] = metadata?.get("grpc-status-details-bin") ?? [];
  if (!Buffer.isBuffer(status)) return new Error(details, { cause: failure });
  const [detail] = Status.deserializeBinary(status).getDetailsList();
  const partial = ErrorResourceInitFailed.deserializeBinary(detail?.getValue_asU8() ?? new Uint8Array());
  const reasons = partial.getReasonsList();
  const properties = read(partial.getProperties());
  return Object.assign(new Error(reasons.join("\n"), { cause: failure }), { id: partial.getId(), properties, reasons });
}

function isFromGrpc(error: unknown): error is { details: string; metadata: Metadata } {
  return typeof error === "object" && error !== null && "details" in error && "metadata" in error;
}
