import { createHash } from "node:crypto";
import { isRecord } from "./readAnswer";

/** Identifies an account in the state, by hashes: of its e-mail, and of the claims `email` and `sub` of its token. */
export type Identity = readonly string[];

export function identityOf(email: string | undefined, token: string): Identity {
  const claims = claimsOf(token);
  const names = [email, claims["email"], claims["sub"]].filter((name) => typeof name === "string" && name !== "");
  return [...new Set(names.map((name) => hash(String(name).trim().toLowerCase())))].sort();
}

/** The account's name in messages: its e-mail, or else a claim of its token. The state holds only hashes. */
export function accountName(email: string | undefined, token: string): string | undefined {
  const claims = claimsOf(token);
  return [email, claims["email"], claims["sub"]].find((one) => typeof one === "string" && one.trim() !== "") as
    string | undefined;
}

/** Whether two identities belong to one account; undefined when one of them is empty, as for an opaque token. */
export function sameAccount(recorded: Identity, current: Identity): boolean | undefined {
  if (recorded.length === 0 || current.length === 0) return undefined;
  return recorded.some((name) => current.includes(name));
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
