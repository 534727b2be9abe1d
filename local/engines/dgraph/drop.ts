import { setTimeout as sleep } from "node:timers/promises";
import { CallerError } from "../../cloud/callerError";
import type { Drop } from "../../cloud/engine";
import type { Alpha } from "./alpha";

interface TypeDefinition {
  readonly name: string;
  readonly fields?: readonly { readonly name: string }[];
}

// Alpha still reports the old schema for a moment after the drop.
const schemaGoneWithinMs = 10_000;
const pollMs = 50;
// A transaction that deletes more nodes takes disproportionate time and memory.
const nodesPerTransaction = 10_000;

async function schemaIsGone(alpha: Alpha): Promise<void> {
  for (const began = Date.now(); (await alpha.schema()) !== "";) {
    if (Date.now() - began > schemaGoneWithinMs) throw new CallerError("the schema is still there after the drop");
    await sleep(pollMs);
  }
}

/** A name that Dgraph accepts between "<" and ">": without characters that would end it, and without control characters. */
const validName = /^[^\p{Cc}\s<>"{}|^`\\]+$/u;

function refuseInvalidNames(names: readonly string[]): void {
  const invalid = names.find((name) => !validName.test(name));
  if (invalid !== undefined)
    throw new CallerError(`${JSON.stringify(invalid)} cannot be the name of a type or a field: nothing was dropped`);
}

/** Carries out a dropData with Dgraph's own operations. */
export async function dropFrom(alpha: Alpha, drop: Drop): Promise<void> {
  if ("names" in drop) refuseInvalidNames(drop.names);
  switch (drop.what) {
    case "allData":
      await alpha.alter({ drop_op: "DATA" });
      return;
    case "allDataAndSchema":
      await alpha.alter({ drop_all: true });
      await schemaIsGone(alpha);
      return;
    case "fields":
      for (const field of drop.names) await alpha.alter({ drop_attr: field });
      break;
    case "types":
      for (const type of drop.names) await dropType(alpha, type);
  }
  await uploadSchemaAgain(alpha);
}

/**
 * Dgraph's own operation drops only the definition of a type. This one first drops the predicates that no other type has, and
 * then deletes the nodes, which have fewer predicates left by then. A type without a definition has only nodes to delete.
 */
async function dropType(alpha: Alpha, name: string): Promise<void> {
  const { types = [] } = await alpha.query<{ types?: readonly TypeDefinition[] }>("schema {}");
  const dropped = types.find((type) => type.name === name);
  const others = new Set(types.filter((type) => type.name !== name).flatMap(fieldsOf));
  const own = dropped === undefined ? [] : fieldsOf(dropped).filter((field) => !others.has(field));
  for (const field of own) await alpha.alter({ drop_attr: field });
  while (await hasNodes(alpha, name)) await alpha.mutate(deletionOf(name));
  if (dropped !== undefined) await alpha.alter({ drop_op: "TYPE", drop_value: name });
}

async function hasNodes(alpha: Alpha, type: string): Promise<boolean> {
  const { left } = await alpha.query<{ left: readonly unknown[] }>(`{ left(func: type(<${type}>), first: 1) { uid } }`);
  return left.length > 0;
}

function deletionOf(type: string): string {
  const some = `gone as var(func: type(<${type}>), first: ${nodesPerTransaction})`;
  return `upsert { query { ${some} } mutation { delete { uid(gone) * * . } } }`;
}

function fieldsOf({ fields = [] }: TypeDefinition): string[] {
  return fields.map(({ name }) => name);
}

/** Restores the types and indexes that the GraphQL schema still needs: Dgraph's drops remove them as well. */
async function uploadSchemaAgain(alpha: Alpha): Promise<void> {
  const schema = await alpha.schema();
  if (schema !== "") await alpha.setSchema(schema);
}
