import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

/** The logical name and seven hexadecimal digits. The digits differ between stacks, so that equal logical names do not collide. */
export function defaultName(name: string, parentUrn: string): string {
  const scope = JSON.stringify([pulumi.getProject(), pulumi.getStack(), parentUrn, name]);
  return `${name}-${createHash("sha256").update(scope).digest("hex").slice(0, 7)}`;
}
