import { suggestionList } from "graphql/jsutils/suggestionList";
import type { StoredNames } from "../api/dataAnswers";
import type { Context } from "../resource/context";
import { ConflictError, DgraphCloudError, RefusedError } from "../errors/errors";
import { GraphqlError, RequestError, WrongShapeError } from "../errors/requestErrors";
import { clean } from "../errors/text";
import type { DataDropInputs, Step } from "./inputs";
import { namesIn, type SchemaNames } from "./storedNames";
import { type Operation } from "../run/operation";

/** One name of the program. */
interface Wanted {
  readonly kind: "type" | "field";
  readonly name: string;
}

/** Dgraph's own schema only adds to the GraphQL schema, so a slow answer must not use up the time of the drop. */
const dqlWithinMs = 30_000;
/** Nobody reads a longer message. */
const maxHints = 10;

/**
 * Checks right before a drop that the backend stores the names, since Dgraph answers "Done" for any name. Throws if one is stored nowhere;
 * with `allowUnknownNames`, returns those names instead.
 */
export async function findMissing(
  context: Context,
  operation: Operation,
  inputs: DataDropInputs & { readonly backend: string },
  steps: readonly Step[],
): Promise<readonly string[]> {
  const wanted = wantedBy(inputs, steps);
  if (wanted.length === 0) return [];
  const uid = inputs.backend;
  const schema = await readSchema(context, operation, inputs);
  if (schema === undefined) return wanted.map(described);
  const notInSchema = wanted.filter((one) => !isIn(schema, one));
  if (notInSchema.length === 0) return [];
  // Data stays when its type leaves the GraphQL schema: Dgraph's own schema still has it.
  const stored = await readStored(context, operation, uid);
  const missing = "unread" in stored ? notInSchema : notInSchema.filter((one) => !isIn(stored, one));
  if (missing.length === 0) return [];
  const known = "unread" in stored ? schema : { ...merged(schema, stored), storedAs: schema.storedAs };
  const why = `${hintsOf(missing, known).join("; ")}${"unread" in stored ? `; ${stored.unread}` : ""}`;
  if (inputs.allowUnknownNames === true) {
    context.warn(`${uid}: ${why}; sent all the same, as allowUnknownNames says`);
    return missing.map(described);
  }
  throw new ConflictError({
    code: "DGC421",
    why: `${uid} does not store everything that would be dropped: ${why}. Nothing was dropped.`,
    next: ["Correct types and fields.", "Or set allowUnknownNames: true to send them as they are."],
  });
}

function wantedBy({ types = [], fields = [] }: DataDropInputs, steps: readonly Step[]): Wanted[] {
  return [
    ...(steps.includes("types") ? types.map((name): Wanted => ({ kind: "type", name })) : []),
    ...(steps.includes("fields") ? fields.map((name): Wanted => ({ kind: "field", name })) : []),
  ];
}

/** A name as `dropped` and `notFound` have it. */
function described({ kind, name }: Wanted): string {
  return `${kind} ${name}`;
}

function isIn({ types, fields }: StoredNames, { kind, name }: Wanted): boolean {
  return (kind === "type" ? types : fields).includes(name);
}

function merged(one: StoredNames, other: StoredNames): StoredNames {
  return { types: [...one.types, ...other.types], fields: [...one.fields, ...other.fields] };
}

/** Undefined if the schema cannot be read and `allowUnknownNames` allows the drop all the same. */
async function readSchema(
  context: Context,
  operation: Operation,
  { backend, allowUnknownNames }: DataDropInputs & { readonly backend: string },
): Promise<SchemaNames | undefined> {
  try {
    return namesIn(await context.account.data.schema(backend, operation));
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    // A backend that cannot be reached, or refuses the token, could not be sent the drop either.
    if (cause instanceof RequestError && !(cause instanceof GraphqlError || cause instanceof WrongShapeError))
      throw cause.add("(the schema is read before a drop of types or fields; nothing was dropped)");
    const why = cause instanceof DgraphCloudError ? cause.why : `its schema cannot be parsed (${clean(cause.message)})`;
    if (allowUnknownNames === true) {
      context.warn(
        `${backend}: whether it stores the names could not be looked up (${why}); they are sent all the same`,
      );
      return undefined;
    }
    throw new RefusedError({
      code: "DGC422",
      why: `could not look up whether ${backend} stores what would be dropped: ${why}. Nothing was dropped.`,
      next: [
        "Make the schema readable (getGQLSchema on /admin).",
        "Or set allowUnknownNames: true to send the names as they are.",
      ],
      cause,
    });
  }
}

async function readStored(
  context: Context,
  operation: Operation,
  uid: string,
): Promise<StoredNames | { readonly unread: string }> {
  const deadline = Math.min(operation.deadline, context.clock.now() + dqlWithinMs);
  try {
    return await context.account.data.storedNames(uid, { ...operation, deadline, limit: "the time for schema {}" });
  } catch (error) {
    if (!(error instanceof DgraphCloudError)) throw error;
    return { unread: `what only Dgraph's own schema has could not be looked up (${error.why.replace(/\.$/, "")})` };
  }
}

/** What is wrong with each name, and which name may be meant. */
function hintsOf(missing: readonly Wanted[], known: SchemaNames): string[] {
  const hints = missing.slice(0, maxHints).map((one) => hintOf(one, known));
  return missing.length > maxHints ? [...hints, `and ${missing.length - maxHints} more`] : hints;
}

function hintOf({ kind, name }: Wanted, { types, fields, storedAs }: SchemaNames): string {
  const [same, other] = kind === "type" ? [types, fields] : [fields, types];
  const shown = clean(name);
  const stored = storedAs.get(name);
  if (stored !== undefined && same.includes(stored)) return `${shown} is stored as ${stored}`;
  if (other.includes(name))
    return kind === "type" ? `${shown} is a field, not a type` : `${shown} is a type, not a field`;
  // The nearest name may be one of GraphQL that is stored under another name.
  const [near] = suggestionList(name, [...same, ...storedAs.keys()]);
  const nearest = near === undefined ? undefined : (storedAs.get(near) ?? near);
  return `there is no ${kind} ${shown}${nearest === undefined ? "" : `; the nearest is ${nearest}`}`;
}
