import * as pulumi from "@pulumi/pulumi";
import { Backend } from "./backend";

/** A backend by its resource or by its uid. Only the uid is kept, so that a renamed backend is no other one. */
export function uidOf(backend: Backend | pulumi.Input<string>): pulumi.Output<string> {
  return Backend.isInstance(backend) ? backend.id : pulumi.output(backend);
}
