/** Nodes that have the same types, and values of the same predicates. */
export interface NodeGroup {
  count: number;
  readonly types: ReadonlySet<string>;
  readonly predicates: ReadonlySet<string>;
  /** The values of predicates that a filter compares. Each node of the group has them. */
  readonly values: Readonly<Record<string, readonly string[]>>;
}

/** A condition of DQL, for the nodes of one group. */
export type Condition = (group: NodeGroup) => boolean;

/** The nodes of one namespace. A test sets them; the requests count and delete them. */
export class Nodes {
  private groups: NodeGroup[] = [];
  /** Predicates that ever had a value. Dgraph refuses some changes of these even when the values are deleted. */
  private readonly touched = new Set<string>();

  static copyOf(other: Nodes): Nodes {
    const copy = new Nodes();
    copy.groups = other.groups.map((group) => ({ ...group }));
    for (const predicate of other.touched) copy.touched.add(predicate);
    return copy;
  }

  add(count: number, types: readonly string[], predicates: readonly string[], values: NodeGroup["values"] = {}): void {
    const all = new Set([...predicates, ...Object.keys(values)]);
    this.groups.push({ count, types: new Set(types), predicates: all, values });
    for (const predicate of all) this.touched.add(predicate);
  }

  count(condition: Condition): number {
    return this.groups.filter(condition).reduce((sum, { count }) => sum + count, 0);
  }

  hadValues(predicate: string): boolean {
    return this.touched.has(predicate);
  }

  /** Removes the values of a predicate. */
  dropPredicate(predicate: string): void {
    this.groups = this.groups.map((group) => without(group, new Set([predicate])));
    this.touched.delete(predicate);
  }

  clear(): void {
    this.groups = [];
    this.touched.clear();
  }

  /**
   * Deletes at most `most` nodes of a type, and returns how many. Like Dgraph, it deletes only the values that the definitions of the
   * nodes' types name: other values stay, on nodes without a type.
   */
  deleteOfType(type: string, most: number, predicatesOfType: (type: string) => readonly string[]): number {
    let deleted = 0;
    for (const group of this.groups.filter(({ types }) => types.has(type))) {
      const some = Math.min(group.count, most - deleted);
      if (some === 0) break;
      group.count -= some;
      deleted += some;
      const named = new Set([...group.types].flatMap(predicatesOfType));
      const left = { ...without(group, named), count: some, types: new Set<string>() };
      if (left.predicates.size > 0) this.groups.push(left);
    }
    this.groups = this.groups.filter(({ count }) => count > 0);
    return deleted;
  }
}

function without(group: NodeGroup, gone: ReadonlySet<string>): NodeGroup {
  const predicates = new Set([...group.predicates].filter((one) => !gone.has(one)));
  const values = Object.fromEntries(Object.entries(group.values).filter(([name]) => !gone.has(name)));
  return { ...group, predicates, values };
}
