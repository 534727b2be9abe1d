import type { StoredRecord } from "./stored";
import type { ObjectType } from "./generate";

interface Page {
  readonly first?: number;
  readonly offset?: number;
  readonly filter?: { readonly id?: readonly string[] };
}

/** Where the records are. */
export interface Records {
  newUid(): string;
  of(type: string): readonly StoredRecord[];
  replace(type: string, by: StoredRecord[]): void;
}

/** The generated queries and mutations of these types over these records. */
export function resolvers(types: readonly ObjectType[], records: Records): Record<string, unknown> {
  return Object.assign({}, ...types.map((type) => resolversOf(type, records))) as Record<string, unknown>;
}

function resolversOf({ name, idField }: ObjectType, records: Records): Record<string, unknown> {
  const payload = name.charAt(0).toLowerCase() + name.slice(1);
  const shown = (record: StoredRecord): object =>
    idField === undefined ? record : { ...record, [idField]: record.uid };
  const all = (): readonly StoredRecord[] => records.of(name);
  const matching = ({ filter }: Page): StoredRecord[] => {
    const ids = filter?.id === undefined ? undefined : new Set(filter.id);
    return all().filter(({ uid }) => ids === undefined || ids.has(uid));
  };
  return {
    [`query${name}`]: (page: Page) => {
      const offset = page.offset ?? 0;
      return matching(page)
        .slice(offset, page.first === undefined ? undefined : offset + page.first)
        .map(shown);
    },
    [`get${name}`]: ({ id }: { id: string }) => matching({ filter: { id: [id] } }).map(shown)[0] ?? null,
    [`aggregate${name}`]: (page: Page) => ({ count: matching(page).length }),
    [`add${name}`]: ({ input }: { input: readonly object[] }) => {
      const added = input.map((values) => ({ ...values, uid: records.newUid() }));
      records.replace(name, [...all(), ...added]);
      return { [payload]: added.map(shown), numUids: added.length };
    },
    [`delete${name}`]: ({ filter }: Page) => {
      const gone = new Set(matching({ filter: filter ?? {} }));
      records.replace(
        name,
        all().filter((record) => !gone.has(record)),
      );
      return { msg: "Deleted", numUids: gone.size };
    },
  };
}
