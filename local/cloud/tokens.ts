import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";

/** The claims of a token of the local cloud. */
export interface Claims {
  readonly sub: string;
  readonly email?: string;
  /** Expiry in seconds since the Unix epoch; short sessions have a fraction. */
  readonly exp?: number;
  /** The generation of the session: `expireSessions` ends all sessions of earlier ones. */
  readonly generation?: number;
  readonly jti?: string;
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A JWT signed with HS256, as Dgraph Cloud and Dgraph issue it. Every token is unique. */
export function signToken(claims: object, key: string): string {
  const text = `${encode({ alg: "HS256", typ: "JWT" })}.${encode({ ...claims, jti: randomUUID() })}`;
  return `${text}.${signature(text, key)}`;
}

/** The claims of a token. Undefined when the key did not sign it, or when it has expired. */
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
