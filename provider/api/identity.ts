import { createHash } from "node:crypto";
import { isRecord } from "./answer";

/** Marks of an account that can be kept in state: hashes of its e-mail and of what its token says of itself. */
export type Identity = readonly string[];

export function identityOf(email: string | undefined, token: string): Identity {
  const claims = claimsOf(token);
  const marks = [email, claims["email"], claims["sub"]].filter((mark) => typeof mark === "string" && mark !== "");
  return [...new Set(marks.map((mark) => hash(String(mark).trim().toLowerCase())))].sort();
}

/** What a person calls the account: its e-mail, or what its token says of it. For messages only: a state keeps marks. */
export function accountName(email: string | undefined, token: string): string | undefined {
  const claims = claimsOf(token);
  return [email, claims["email"], claims["sub"]].find((one) => typeof one === "string" && one.trim() !== "") as
    string | undefined;
}

/** Whether two identities are of one account: undefined when one of them says nothing (an opaque token). */
export function sameAccount(recorded: Identity, current: Identity): boolean | undefined {
  if (recorded.length === 0 || current.length === 0) return undefined;
  return recorded.some((mark) => current.includes(mark));
}

/** When a JWT expires, in milliseconds since the Unix epoch. */
export function expiryOf(token: string): number | undefined {
  const seconds = claimsOf(token)["exp"];
  return typeof seconds === "number" ? seconds * 1_000 : undefined;
}

function claimsOf(token: string): Record<string, unknown> {
  const payload = token.split(".")[1];
  if (payload === undefined) return {};
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    return isRecord(claims) ? claims : {};
  } catch {
    return {};
  }
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
