import { createHash } from "node:crypto";
import { CallerError } from "./callerError";
import type { Account } from "./options";

/** A person in the API. The local cloud knows the e-mail only, and derives the other fields from it. */
export interface Person {
  readonly uid: string;
  readonly email: string;
  readonly auth0User: { readonly id: string; readonly name: string; readonly email: string };
}

/** An organization in the API. */
export interface ApiOrganization extends Omit<Organization, "createdBy" | "members"> {
  readonly createdBy: Person;
  readonly members: readonly Person[];
}

/** The organizations of all accounts. An account sees those that it is a member of. */
export class Organizations {
  private readonly all: Organization[];

  constructor(
    saved: readonly Organization[],
    private readonly newUid: () => string,
  ) {
    this.all = saved.map((organization) => ({ ...organization }));
  }

  of(account: Account): Organization[] {
    return this.all.filter(({ members }) => members.some(({ email }) => email === account.email));
  }

  has(account: Account, uid: string | null | undefined): boolean {
    return this.of(account).some((organization) => organization.uid === uid);
  }

  /** Throws when an organization is given that the account is not a member of. */
  validate(account: Account, uid: string | null | undefined): void {
    if (uid != null && !this.has(account, uid)) throw new CallerError(`no organization ${uid}`);
  }

  create(account: Account, name: string): Organization {
    const organization = { uid: this.newUid(), name, createdBy: account.email, members: [{ email: account.email }] };
    this.all.push(organization);
    return organization;
  }

  /** Adds a member to an organization of the account, or removes one. */
  changeMember(account: Account, uid: string, email: string, change: "add" | "remove"): Organization {
    const organization = this.of(account).find((candidate) => candidate.uid === uid);
    if (organization === undefined) throw new CallerError(`no organization ${uid}`);
    const others = organization.members.filter((member) => member.email !== email);
    if (change === "remove" && others.length === organization.members.length)
      throw new CallerError(`${email} is not a member`);
    organization.members.splice(0, organization.members.length, ...others, ...(change === "add" ? [{ email }] : []));
    return organization;
  }

  saved(): readonly Organization[] {
    return this.all;
  }
}

/** An organization, as the API shows it. */
export function apiOrganization({ uid, name, createdBy, members }: Organization): ApiOrganization {
  const creator = createdBy ?? members[0]?.email ?? "";
  return { uid, name, createdBy: personOf(creator), members: members.map(({ email }) => personOf(email)) };
}

function personOf(email: string): Person {
  const hash = createHash("sha256").update(email).digest("hex");
  const name = email.split("@", 1)[0] ?? email;
  return { uid: `0x${hash.slice(0, 8)}`, email, auth0User: { id: `auth0|${hash.slice(0, 24)}`, name, email } };
}

export interface Organization {
  readonly uid: string;
  readonly name: string;
  /** E-mail of the creator, who may have left since. Missing in the state of an older version. */
  readonly createdBy?: string;
  readonly members: { readonly email: string }[];
}
