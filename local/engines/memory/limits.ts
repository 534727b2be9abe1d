import { GraphQLError, type GraphQLResolveInfo, Kind, parse, type SelectionSetNode } from "graphql";
import { CallerError } from "../../cloud/callerError";
import { refuseLongText } from "../../graphql/documentSize";
import type { StoredNode } from "./nodes";
import type { ObjectType } from "./schema/model";

/** Limits of one answer and of one schema, since the engine blocks the process while it works. */
const limits = { values: 1_000_000, types: 1_000, fields: 10_000 };

/** Counts the values of an answer before it is built: a too large one would exhaust the memory of the process. */
export class AnswerSize {
  private values = 0;

  /** Counts the values of these nodes. Throws when the answer would become too large. */
  add(nodes: readonly StoredNode[], { fieldNodes, fragments }: GraphQLResolveInfo, type: ObjectType): void {
    const fields = fieldNodes.flatMap(({ selectionSet }) => fieldsOf(selectionSet, fragments));
    const predicates = fields.map((field) => type.fields.get(field)?.predicate ?? "");
    for (const { values } of nodes) {
      this.values += 1;
      for (const predicate of predicates) this.values += sizeOf(values[predicate]);
      if (this.values > limits.values)
        throw new GraphQLError(
          `the answer would have more than ${limits.values} values: ask for fewer records at a time with first and offset, or for fewer fields`,
        );
    }
  }
}

/** Throws when a schema would take too long to process. */
export function refuseLargeSchema(sdl: string): void {
  refuseLongText(sdl);
  const types = fieldCounts(sdl);
  const fields = types.reduce((sum, count) => sum + count, 0);
  if (types.length <= limits.types && fields <= limits.fields) return;
  throw new CallerError(
    `the schema has ${types.length} types and ${fields} fields: the engine in memory takes ${limits.types} types and ${limits.fields} fields, a real Dgraph has no such limit`,
  );
}

/** The number of fields of each definition. Empty for a schema that cannot be parsed, which is refused elsewhere. */
function fieldCounts(sdl: string): number[] {
  try {
    return parse(sdl).definitions.map((node) => ("fields" in node ? node.fields.length : 0));
  } catch {
    return [];
  }
}

/** The names of the fields in a selection, with repetitions. Documents with too many fields were refused before. */
function fieldsOf(set: SelectionSetNode | undefined, fragments: GraphQLResolveInfo["fragments"]): string[] {
  return (set?.selections ?? []).flatMap((node) => {
    if (node.kind === Kind.FIELD) return [node.name.value, ...fieldsOf(node.selectionSet, fragments)];
    if (node.kind === Kind.INLINE_FRAGMENT) return fieldsOf(node.selectionSet, fragments);
    return fieldsOf(fragments[node.name.value]?.selectionSet, fragments);
  });
}

function sizeOf(value: unknown): number {
  return Array.isArray(value) ? value.reduce<number>((sum, item) => sum + sizeOf(item), 1) : 1;
}
