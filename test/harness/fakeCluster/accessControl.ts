import { createHmac } from "node:crypto";
import type { User } from "./database";
import { Refusal } from "./refusal";

/** Who sends a request. */
export interface Caller {
  readonly namespace: number;
  /** Undefined without access control: then everybody may do everything. */
  readonly user?: User;
}

export interface TokenLifetimes {
  readonly accessMs: number;
  readonly refreshMs: number;
}

interface Claims {
  readonly exp: number;
  readonly namespace: number;
  readonly userid: string;
  readonly groups?: readonly string[];
}

const notExtracted = "Authorize guardian of the galaxy, extracting jwt token, error:: extracting namespace from JWT";
const expired = "unable to parse jwt token: token has invalid claims: Token is expired";
const malformed = "unable to parse jwt token: token is malformed: token contains an invalid number of segments";
const noToken = "no accessJwt available";

/** Which words Dgraph uses for a refused token: those of /admin, with two groups of their own, or those of /alter, /query and /mutate. */
export type Wording = "admin" | "superadmin" | "getter" | "data";

/** Access control: log-ins, and what the tokens allow. The tokens are JWTs, signed with a key of this cluster. */
export class AccessControl {
  /** Every token that was issued: a test searches for them where they must not be. */
  readonly issued = new Set<string>();

  constructor(
    private readonly now: () => number,
    readonly lifetimes: TokenLifetimes,
    private readonly key: string,
  ) {}

  logIn(
    users: readonly User[],
    {
      userId,
      password,
      namespace,
      refreshToken,
    }: Partial<Record<"userId" | "password" | "refreshToken", string>> & { namespace?: number },
  ): { accessJWT: string; refreshJWT: string } {
    const user =
      refreshToken === undefined
        ? users.find((one) => one.name === userId && one.namespace === (namespace ?? 0) && one.password === password)
        : this.userOf(users, refreshToken);
    if (user === undefined) throw new Refusal("invalid username or password");
    const common = { namespace: user.namespace, userid: user.name };
    const { accessMs, refreshMs } = this.lifetimes;
    return {
      accessJWT: this.sign({ exp: this.after(accessMs), groups: user.isGuardian ? ["guardians"] : [], ...common }),
      refreshJWT: this.sign({ exp: this.after(refreshMs), ...common }),
    };
  }

  /** Reads the access token of a request, and throws in Dgraph's words when it is missing, expired or none. */
  caller(users: readonly User[], token: string | undefined, wording: Wording): Caller {
    if (token === undefined || token === "") {
      throw refusedToken(wording, noToken, wording === "data" ? "Unauthenticated" : "PermissionDenied", " ");
    }
    const claims = this.claimsOf(token);
    if (claims === undefined) throw refusedToken(wording, malformed, "Unauthenticated", ": ");
    if (claims.exp * 1_000 <= this.now()) throw refusedToken(wording, expired, "Unauthenticated", ": ");
    const { userid: name, namespace, groups = [] } = claims;
    // A token goes on working after the user has changed or is gone.
    const known = users.find((one) => one.name === name && one.namespace === namespace);
    const user = known ?? { name, namespace, isGuardian: groups.includes("guardians"), password: "" };
    return { namespace, user };
  }

  private userOf(users: readonly User[], token: string): User | undefined {
    const claims = this.claimsOf(token);
    if (claims === undefined || claims.exp * 1_000 <= this.now()) return undefined;
    return users.find((one) => one.name === claims.userid && one.namespace === claims.namespace);
  }

  private after(ms: number): number {
    return Math.floor((this.now() + ms) / 1_000);
  }

  private sign(claims: Claims): string {
    const parts = [{ alg: "HS256", typ: "JWT" }, claims].map((part) => encoded(JSON.stringify(part)));
    const token = [...parts, this.signature(parts.join("."))].join(".");
    this.issued.add(token);
    return token;
  }

  private signature(text: string): string {
    return createHmac("sha256", this.key).update(text).digest("base64url");
  }

  private claimsOf(token: string): Claims | undefined {
    const [header = "", payload = "", signature] = token.split(".");
    if (signature !== this.signature(`${header}.${payload}`)) return undefined;
    return JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as Claims;
  }
}

function encoded(text: string): string {
  return Buffer.from(text).toString("base64url");
}

function refusedToken(wording: Wording, why: string, code: string, joint: string): Refusal {
  if (wording === "superadmin") return new Refusal(`${notExtracted}${joint}${why}`);
  const prefix = wording === "getter" ? "Error: " : "";
  return new Refusal(`${prefix}rpc error: code = ${code} desc = ${why}`);
}

/** Refuses everybody but guardians. */
export function guardiansOnly({ user }: Caller, prefix = ""): void {
  if (user === undefined || user.isGuardian) return;
  throw new Refusal(
    `${prefix}rpc error: code = PermissionDenied desc = Only guardians are allowed access. User '${user.name}' is not a member of guardians group.`,
  );
}

/** Refuses everybody but the guardians of namespace 0. */
export function superadminOnly({ user, namespace }: Caller, before = ""): void {
  if (user === undefined || (user.isGuardian && namespace === 0)) return;
  throw new Refusal(
    `rpc error: code = PermissionDenied desc = ${before}Only superadmin is allowed to do this operation`,
  );
}
