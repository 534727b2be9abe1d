interface Declared {
  readonly incarnation: string;
  readonly urn: string;
}

/** What a process knows of a backend in the current run, under its uid or under the URN of its resource. */
export type Fact =
  /** The program declares it: this run is no destroy, or leaves it alone. */
  | "declared"
  /** Created in this run, so that it holds no data of before. */
  | "created"
  /** Its state says that it must not be deleted. */
  | "protected";

/** Which backends the other provider processes of the same engine run stand for: each explicit Provider has a process of its own. */
export interface Siblings {
  /** Tells the others of a live resource with this uid and incarnation, or that it is none any more. */
  tell(uid: string, incarnation: string, isLive: boolean): void;
  /** The incarnations of a backend that the others have told of. */
  ofOthers(uid: string): readonly string[];
  /** Tells the others of a fact. */
  note(key: string, fact: Fact): void;
  /** Whether one of the others has told of a fact. */
  hasNoted(key: string, fact: Fact): boolean;
}

const nobodyElse: Siblings = {
  tell: () => undefined,
  ofOthers: () => [],
  note: () => undefined,
  hasNoted: () => false,
};

/** What this process has come across of backends: the memory that no state and no list can give. */
export class BackendRecords {
  private readonly incarnations = new Map<string, Set<string>>();
  private readonly resources = new Map<string, string>();
  private readonly declared = new Map<string, Declared>();
  private readonly newest = new Map<string, { readonly incarnation: string; readonly isProtected: boolean }>();
  private readonly created = new Set<string>();
  private readonly deleted = new Set<string>();
  private readonly claims = new Map<string, string>();
  private readonly lost = new Map<string, ReadonlySet<string>>();
  private readonly guarded = new Map<string, string>();
  private readonly facts = new Set<string>();

  constructor(private readonly sightings: Siblings = nobodyElse) {}

  /** A live resource of this stack, with the time of the create or the adoption that its state records. */
  meet(uid: string, incarnation: string, urn: string | undefined): void {
    if (urn !== undefined) this.resources.set(uid, urn);
    this.incarnations.set(uid, (this.incarnations.get(uid) ?? new Set()).add(incarnation));
    this.sightings.tell(uid, incarnation, true);
  }

  /**
   * Takes a resource for gone that is being deleted; gives whether its backend stands for another resource as well: it has been
   * taken over since the state with this incarnation was written, or that state is itself a take-over of what an older resource
   * still holds. Gone first and asked then, so that of two that are deleted together one deletes the backend.
   */
  leave(uid: string, incarnation: string): boolean {
    this.incarnations.get(uid)?.delete(incarnation);
    this.sightings.tell(uid, incarnation, false);
    const others = [...(this.incarnations.get(uid) ?? []), ...this.sightings.ofOthers(uid)];
    return others.some((other) => other !== incarnation);
  }

  /** A resource that the program declares; gives the other one when there are two for the same backend. */
  declare(uid: string, incarnation: string, urn: string): Declared | undefined {
    const other = this.declared.get(uid);
    if (other !== undefined && other.urn !== urn && other.incarnation !== incarnation) return other;
    this.declared.set(uid, { incarnation, urn });
    for (const key of [uid, urn]) this.note(key, "declared");
    return undefined;
  }

  /** What a state of a resource says of the deletion of its backend; of several backends, the newest one's counts. */
  meetProtection(urn: string, incarnation: string, isProtected: boolean): void {
    const newest = this.newest.get(urn);
    if (newest === undefined || newest.incarnation <= incarnation) this.newest.set(urn, { incarnation, isProtected });
  }

  /** Whether a newer backend of the same resource may be deleted: then so may the one that it replaced. */
  hasUnprotectedSuccessor(urn: string | undefined, incarnation: string): boolean {
    const newest = this.newest.get(urn ?? "");
    return newest !== undefined && newest.incarnation > incarnation && !newest.isProtected;
  }

  hasMet(uid: string): boolean {
    return this.incarnations.has(uid);
  }

  /** Which resource of this stack a backend is, by its URN. */
  resourceOf(uid: string): string | undefined {
    return this.resources.get(uid);
  }

  /** A uid that a create of this process returned. */
  recordCreated(uid: string): void {
    this.created.add(uid);
    this.deleted.delete(uid);
    this.note(uid, "created");
  }

  /** A backend that this process has deleted: a second resource that stood for it has nothing left to delete. */
  recordDeleted(uid: string): void {
    this.deleted.add(uid);
  }

  wasDeletedHere(uid: string): boolean {
    return this.deleted.has(uid);
  }

  wasCreatedHere(uid: string): boolean {
    return this.created.has(uid);
  }

  /** A create whose answer was lost, with the uids that were there before it: it must not be sent anew in this run. */
  recordLostCreate(key: string, before: ReadonlySet<string>): void {
    this.lost.set(key, before);
  }

  /** The uids that were there before a create of this run that is still looked for. */
  lostCreate(key: string): ReadonlySet<string> | undefined {
    return this.lost.get(key);
  }

  /** It is known by now what has become of it. */
  settleCreate(key: string): void {
    this.lost.delete(key);
  }

  /** A resource whose state says that its backend must not be deleted. */
  meetProtected(urn: string, uid: string): void {
    this.guarded.set(urn, uid);
    this.noteProtected(uid);
  }

  /** The backend of this resource is gone, so that there is nothing left to protect. */
  forgetProtected(urn: string): void {
    this.guarded.delete(urn);
  }

  /** The backend that stands in the state of this resource and must not be deleted. */
  protectedOf(urn: string): string | undefined {
    return this.guarded.get(urn);
  }

  /** A backend that must not be deleted, as its state says or is going to say. */
  noteProtected(uid: string): void {
    this.note(uid, "protected");
  }

  /** Whether the program declares the backend with this uid, or the resource with this URN, whichever process serves it. */
  isDeclared(key: string): boolean {
    return this.isNoted(key, "declared");
  }

  /** Whether the backend was created in this run, by whichever process. */
  isNew(uid: string): boolean {
    return this.isNoted(uid, "created");
  }

  /** Whether a state of this stack that was met in this run says that the backend must not be deleted. */
  isProtected(uid: string): boolean {
    return this.isNoted(uid, "protected");
  }

  private note(key: string, fact: Fact): void {
    this.facts.add(`${fact} ${key}`);
    this.sightings.note(key, fact);
  }

  private isNoted(key: string, fact: Fact): boolean {
    return this.facts.has(`${fact} ${key}`) || this.sightings.hasNoted(key, fact);
  }

  /** Reserves a combination of name, zone and type for one resource; gives the other holder when it is taken. */
  claim(key: string, holder: string): string | undefined {
    const other = this.claims.get(key);
    if (other !== undefined && other !== holder) return other;
    this.claims.set(key, holder);
    return undefined;
  }

  release(key: string): void {
    this.claims.delete(key);
  }
}
