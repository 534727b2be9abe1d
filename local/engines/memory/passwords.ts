import { randomBytes, scryptSync, timingSafeEqual } from "node:crypto";
import { GraphQLError } from "graphql";

const shortest = 6;
/** Fast, since the process answers nobody else meanwhile, and a local cloud is no place for real passwords. */
const cost = 1_024;

/** What is stored of a password. */
export function hashPassword(password: string): string {
  if (password.length < shortest)
    throw new GraphQLError(`Password too short, i.e. should have at least ${shortest} chars`);
  const salt = randomBytes(16);
  return `${salt.toString("base64")} ${scryptSync(password, salt, 32, { N: cost }).toString("base64")}`;
}

export function isPassword(password: string, hash: string): boolean {
  const [salt = "", stored = ""] = hash.split(" ").map((part) => Buffer.from(part, "base64"));
  if (typeof salt === "string" || typeof stored === "string" || stored.length !== 32) return false;
  return timingSafeEqual(scryptSync(password, salt, 32, { N: cost }), stored);
}
