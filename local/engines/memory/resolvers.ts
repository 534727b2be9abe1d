import type { GraphQLResolveInfo } from "graphql";
import { AnswerSize } from "./amounts";
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

/** The generated queries and mutations of these types over these records, for one answer. */
export function resolvers(types: readonly ObjectType[], records: Records): Record<string, unknown> {
  const size = new AnswerSize();
  return Object.assign({}, ...types.map((type) => resolversOf(type, records, size))) as Record<string, unknown>;
}

function resolversOf({ name, idField }: ObjectType, records: Records, size: AnswerSize): Record<string, unknown> {
  const payload = name.charAt(0).toLowerCase() + name.slice(1);
  const shown = (record: StoredRecord): object =>
    idField === undefined ? record : { ...record, [idField]: record.uid };
  const all = (): readonly StoredRecord[] => records.of(name);
  const matching = ({ filter }: Page): readonly StoredRecord[] => {
    if (filter?.id === undefined) return all();
    const ids = new Set(filter.id);
    return all().filter(({ uid }) => ids.has(uid));
  };
  const answered = (found: readonly StoredRecord[], info: GraphQLResolveInfo): object[] => {
    size.add(found, info);
    return found.map(shown);
  };
  return {
    [`query${name}`]: (page: Page, _context: unknown, info: GraphQLResolveInfo) => {
      const offset = page.offset ?? 0;
      return answered(matching(page).slice(offset, page.first === undefined ? undefined : offset + page.first), info);
    },
    [`get${name}`]: ({ id }: { id: string }, _context: unknown, info: GraphQLResolveInfo) =>
      answered(matching({ filter: { id: [id] } }), info)[0] ?? null,
    [`aggregate${name}`]: (page: Page) => ({ count: matching(page).length }),
    [`add${name}`]: ({ input }: { input: readonly object[] }, _context: unknown, info: GraphQLResolveInfo) => {
      const added = input.map((values) => ({ ...values, uid: records.newUid() }));
      const told = answered(added, info);
      records.replace(name, [...all(), ...added]);
      return { [payload]: told, numUids: added.length };
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
