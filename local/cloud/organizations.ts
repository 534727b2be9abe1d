import { createHash } from "node:crypto";
import type { Account } from "./options";
import { CallerError, type Organization } from "./deployment";

/** A person as the API shows one. An account of the local cloud is an e-mail; the rest follows from that. */
export interface Person {
  readonly uid: string;
  readonly email: string;
  readonly auth0User: { readonly id: string; readonly name: string; readonly email: string };
}

/** An organization as the API shows it. */
export interface ShownOrganization extends Omit<Organization, "createdBy" | "members"> {
  readonly createdBy: Person;
  readonly members: readonly Person[];
}

/** The organizations of all accounts. Who is no member of one does not see it. */
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

  /** Throws when an organization is named that the account does not have. */
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
      throw new CallerError(`${email} is no member`);
    organization.members.splice(0, organization.members.length, ...others, ...(change === "add" ? [{ email }] : []));
    return organization;
  }

  saved(): readonly Organization[] {
    return this.all;
  }
}

/** What the API tells of an organization. */
export function shownOrganization({ uid, name, createdBy, members }: Organization): ShownOrganization {
  const creator = createdBy ?? members[0]?.email ?? "";
  return { uid, name, createdBy: personOf(creator), members: members.map(({ email }) => personOf(email)) };
}

function personOf(email: string): Person {
  const hash = createHash("sha256").update(email).digest("hex");
  const name = email.split("@", 1)[0] ?? email;
  return { uid: `0x${hash.slice(0, 8)}`, email, auth0User: { id: `auth0|${hash.slice(0, 24)}`, name, email } };
}
