import type { Drop } from "../engine";
import { setTimeout as sleep } from "node:timers/promises";
import { CallerError } from "../../cloud/deployment";
import type { Alpha } from "./alpha";

interface TypeDefinition {
  readonly name: string;
  readonly fields?: readonly { readonly name: string }[];
}

// Alpha learns of its own schema's end a moment after it has answered.
const noticesWithinMs = 10_000;
const pollMs = 50;
// One transaction for all takes time and memory out of proportion.
const nodesAtOnce = 10_000;

async function schemaIsGone(alpha: Alpha): Promise<void> {
  for (const began = Date.now(); (await alpha.schema()) !== "";) {
    if (Date.now() - began > noticesWithinMs) throw new CallerError("the schema is still there after the drop");
    await sleep(pollMs);
  }
}

/** What Dgraph takes between "<" and ">": no signs that end it, and no control characters. */
const nameOfDgraph = /^[^\p{Cc}\s<>"{}|^`\\]+$/u;

function refuseOddNames(names: readonly string[]): void {
  const odd = names.find((name) => !nameOfDgraph.test(name));
  if (odd !== undefined)
    throw new CallerError(`${JSON.stringify(odd)} cannot be the name of a type or a field: nothing was dropped`);
}

/** Removes what a dropData names, with Dgraph's own operations. */
export async function dropFrom(alpha: Alpha, drop: Drop): Promise<void> {
  if ("names" in drop) refuseOddNames(drop.names);
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
  await mendSchema(alpha);
}

/**
 * Dgraph drops the definition of a type only; here its own predicates go first, then what is left of its nodes, which is less
 * to delete then. Nodes without a definition have only the second.
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
  const some = `gone as var(func: type(<${type}>), first: ${nodesAtOnce})`;
  return `upsert { query { ${some} } mutation { delete { uid(gone) * * . } } }`;
}

function fieldsOf({ fields = [] }: TypeDefinition): string[] {
  return fields.map(({ name }) => name);
}

/** Dgraph's drops take types and indexes along; what the GraphQL schema still speaks of has to be there. */
async function mendSchema(alpha: Alpha): Promise<void> {
  const schema = await alpha.schema();
  if (schema !== "") await alpha.setSchema(schema);
}
