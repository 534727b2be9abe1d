import { graphql, type GraphQLSchema } from "graphql";
import type { Content, Engine, GraphqlAnswer, GraphqlBody, StoredRecord } from "./engine";
import { generate, type ObjectType } from "./generate";

interface Page {
  readonly first?: number;
  readonly offset?: number;
  readonly filter?: { readonly id?: readonly string[] };
}

/** A small but true GraphQL database in memory: the records of simple object types can be added, queried and deleted. */
export class MemoryEngine implements Engine {
  private uploaded = "";
  private types: readonly ObjectType[] = [];
  private executable: GraphQLSchema;
  private sdl: string;
  private records = new Map<string, StoredRecord[]>();
  private nextUid = 1;

  constructor() {
    ({ schema: this.executable, sdl: this.sdl } = generate(""));
  }

  get schema(): string {
    return this.uploaded;
  }

  get generatedSchema(): string {
    return this.uploaded === "" ? "" : this.sdl;
  }

  setSchema(schema: string): void {
    const generated = generate(schema);
    this.uploaded = schema;
    this.types = generated.types;
    this.executable = generated.schema;
    this.sdl = generated.sdl;
  }

  async graphql({ query, variables, operationName }: GraphqlBody): Promise<GraphqlAnswer> {
    const result = await graphql({
      schema: this.executable,
      source: query,
      rootValue: this.resolvers(),
      ...(variables !== undefined && { variableValues: variables }),
      ...(operationName !== undefined && { operationName }),
    });
    return result.errors === undefined
      ? { data: result.data }
      : { data: result.data, errors: result.errors.map(({ message }) => ({ message })) };
  }

  dropData(): void {
    this.records.clear();
  }

  dropDataAndSchema(): void {
    this.records.clear();
    this.setSchema("");
  }

  dropTypes(types: readonly string[]): void {
    for (const type of types) this.records.delete(type);
  }

  dropFields(fields: readonly string[]): void {
    for (const [type, records] of this.records) {
      const names = fields.filter((field) => field.startsWith(`${type}.`)).map((field) => field.slice(type.length + 1));
      const kept = records.map(
        (record) =>
          Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name))) as StoredRecord,
      );
      this.records.set(type, kept);
    }
  }

  content(): Content {
    return structuredClone({ schema: this.uploaded, records: Object.fromEntries(this.records) });
  }

  load(content: Content): void {
    this.setSchema(content.schema);
    this.records = new Map(Object.entries(structuredClone(content.records)).map(([type, list]) => [type, [...list]]));
    const uids = [...this.records.values()].flat().map(({ uid }) => Number.parseInt(uid, 16));
    this.nextUid = Math.max(this.nextUid, ...uids.map((uid) => uid + 1));
  }

  private resolvers(): Record<string, unknown> {
    return Object.assign({}, ...this.types.map((type) => this.resolversOf(type))) as Record<string, unknown>;
  }

  private resolversOf({ name, idField }: ObjectType): Record<string, unknown> {
    const payload = name.charAt(0).toLowerCase() + name.slice(1);
    const shown = (record: StoredRecord): object =>
      idField === undefined ? record : { ...record, [idField]: record.uid };
    const all = (): StoredRecord[] => this.records.get(name) ?? [];
    const matching = ({ filter }: Page): StoredRecord[] =>
      all().filter(({ uid }) => filter?.id === undefined || filter.id.includes(uid));
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
        const added = input.map((values) => ({ ...values, uid: `0x${(this.nextUid++).toString(16)}` }));
        this.records.set(name, [...all(), ...added]);
        return { [payload]: added.map(shown), numUids: added.length };
      },
      [`delete${name}`]: ({ filter }: Page) => {
        const gone = matching({ filter: filter ?? {} });
        this.records.set(
          name,
          all().filter((record) => !gone.includes(record)),
        );
        return { msg: "Deleted", numUids: gone.length };
      },
    };
  }
}
