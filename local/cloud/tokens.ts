import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";

/** What a token of the local cloud says of itself. */
export interface Claims {
  readonly sub: string;
  readonly email?: string;
  /** Seconds since the Unix epoch, with a fraction for short sessions. */
  readonly exp?: number;
  /** Which sessions it belongs to: all of a generation can be ended at once. */
  readonly generation?: number;
  readonly jti?: string;
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A JWT signed with HS256, as both planes of Dgraph Cloud hand out, and Dgraph itself. No two are alike. */
export function signToken(claims: object, key: string): string {
  const text = `${encode({ alg: "HS256", typ: "JWT" })}.${encode({ ...claims, jti: randomUUID() })}`;
  return `${text}.${signature(text, key)}`;
}

/** The claims of a token signed with the key, or undefined when it is not, or has expired. */
export function verifyToken(token: string, key: string, nowMs: number): Claims | undefined {
  const [header, payload, given, ...rest] = token.split(".");
  if (header === undefined || payload === undefined || given === undefined || rest.length > 0) return undefined;
  const expected = Buffer.from(signature(`${header}.${payload}`, key));
  const actual = Buffer.from(given);
  if (expected.length !== actual.length || !timingSafeEqual(expected, actual)) return undefined;
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as Claims;
  return claims.exp !== undefined && claims.exp * 1_000 <= nowMs ? undefined : claims;
}

function signature(text: string, key: string): string {
  return createHmac("sha256", key).update(text).digest("base64url");
}
