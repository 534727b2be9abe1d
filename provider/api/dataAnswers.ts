import * as v from "valibot";
import { type AnswerData, dataBeside, GraphqlError, type RequestSite } from "../errors/requestErrors";
import { isRecord } from "./readAnswer";

/** GraphQL's Int, counted from 1. */
const number = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2 ** 31 - 1));

const problems = v.nullish(v.array(v.object({ message: v.string() })));

/** The answer of `restore`. Without an id, the restore cannot be waited for, whatever the code says. */
export const restoreSchema = v.object({
  restore: v.object({
    response: v.nullish(
      v.object({ code: v.nullish(v.string()), message: v.nullish(v.string()), restoreId: v.nullish(number) }),
    ),
    errors: problems,
  }),
});

export const restoreStates = ["UNKNOWN", "IN_PROGRESS", "OK", "ERR"] as const;

/** What the engine says of a restore; UNKNOWN once it has forgotten it. */
export type RestoreState = (typeof restoreStates)[number];

export interface RestoreStatusAnswer {
  readonly status: RestoreState;
  readonly errors: readonly string[];
  /** Whether the data proves an OK. Left out where the service itself reports the end. */
  readonly confirmed?: boolean;
  /** Why an OK is not proved. */
  readonly doubt?: string;
}

export const restoreStatusSchema = v.object({
  restoreStatus: v.object({
    response: v.object({ status: v.picklist(restoreStates), errors: v.nullish(v.array(v.string())) }),
  }),
});

/** One backup of a series: a full one first, then incremental ones. */
export interface Backup {
  readonly type: string;
  /** Counts from 1 in each series. */
  readonly backupNum: number;
  /** The series: on Dgraph Cloud its folder, like "2021-15"; on a cluster its backupId, like "elegant_rubin4". */
  readonly series: string;
  /** Like "2021-04-15T18:00:58+0000". */
  readonly timestamp: string;
  /** The folder of this backup in its location, on a cluster. */
  readonly path?: string;
  /** On a cluster. */
  readonly encrypted?: boolean;
  /** The predicates that it holds, on a cluster. */
  readonly predicates?: readonly string[];
}

const backupSchema = v.object({
  type: v.string(),
  // From 1: a restore of number 0 would take the latest backup.
  backupNum: number,
  folder: v.string(),
  timestamp: v.string(),
});

export const backupsSchema = v.object({
  listBackups: v.object({ response: v.nullish(v.array(v.array(backupSchema))), errors: problems }),
});

export const dropSchema = v.object({
  dropData: v.object({ response: v.object({ code: v.string(), message: v.nullish(v.string()) }) }),
});

export const exportSchema = v.object({ export: v.object({ signedUrls: v.array(v.string()) }) });

const gqlSchema = v.nullish(v.object({ schema: v.nullish(v.string()), generatedSchema: v.nullish(v.string()) }));

/** Null until a schema was uploaded for the first time. */
export const gqlSchemaSchema = v.object({ getGQLSchema: gqlSchema });

export const updateSchemaSchema = v.object({ updateGQLSchema: v.object({ gqlSchema }) });

/** A GraphQL schema as a backend has it. */
export interface LiveSchema {
  /** The text as it was uploaded; empty when there is none. */
  readonly schema: string;
  /** The whole API that Dgraph makes of it. */
  readonly generatedSchema: string;
}

/** The schema in an answer. */
export function liveSchema(answer: v.InferOutput<typeof gqlSchema>): LiveSchema {
  return { schema: answer?.schema ?? "", generatedSchema: answer?.generatedSchema ?? "" };
}

/** Names as Dgraph stores them. */
export interface StoredNames {
  readonly types: readonly string[];
  /** The predicates. */
  readonly fields: readonly string[];
}

/** What the database itself has: its predicates, and its types with the predicates of each. */
export interface StoredTypes {
  readonly predicates: readonly string[];
  readonly types: readonly { readonly name: string; readonly predicates: readonly string[] }[];
}

const flag = v.exactOptional(v.boolean());

/** The answer to `schema {}`. Dgraph leaves out an empty list, and what is false. */
export const storedSchema = v.object({
  schema: v.nullish(
    v.array(
      v.object({
        predicate: v.string(),
        type: v.optional(v.string(), ""),
        tokenizer: v.exactOptional(v.array(v.string())),
        list: flag,
        index: flag,
        reverse: flag,
        count: flag,
        upsert: flag,
        unique: flag,
        lang: flag,
      }),
    ),
  ),
  types: v.nullish(v.array(v.object({ name: v.string(), fields: v.nullish(v.array(v.object({ name: v.string() }))) }))),
});

/** The answer to blocks of the form `name(func: …) { count(uid) }`. A block whose predicates may not be read is missing. */
export const countsSchema = v.record(v.string(), v.nullish(v.array(v.object({ count: v.optional(v.number()) }))));

/** The answer to fields of the form `name: aggregateOrder { count }`. A type that the rules of `@auth` close is null. */
export const aggregatesSchema = v.record(v.string(), v.nullish(v.object({ count: v.nullish(v.number()) })));

/** A predicate of the database. What is false is left out. */
export type StoredPredicate = NonNullable<v.InferOutput<typeof storedSchema>["schema"]>[number];

/** What the database itself has, as it answers. */
export type Stored = v.InferOutput<typeof storedSchema>;

/** The predicates and the types in an answer to `schema {}`. */
export function typesOf({ schema, types }: Stored): StoredTypes {
  return {
    predicates: (schema ?? []).map(({ predicate }) => predicate),
    types: (types ?? []).map(({ name, fields }) => ({ name, predicates: (fields ?? []).map((field) => field.name) })),
  };
}

/** Their names alone. */
export function namesOf(stored: Stored): StoredNames {
  const { predicates, types } = typesOf(stored);
  return { fields: predicates, types: types.map(({ name }) => name) };
}

/** Throws the errors that stand inside the field of the operation. */
export function failOnProblems(site: RequestSite, errors: v.InferOutput<typeof problems>, data: AnswerData): void {
  if (errors == null || errors.length === 0) return;
  throw new GraphqlError(
    site,
    errors.map(({ message }) => message),
    data,
  );
}

/** Throws any code but "Success", the only one that is known. */
export function failOnCode(
  site: RequestSite,
  response: v.InferOutput<typeof restoreSchema>["restore"]["response"],
  data: AnswerData,
): void {
  if (response?.code == null || response.code === "Success") return;
  throw new GraphqlError(site, [`${response.code}: ${response.message ?? "no message"}`], data);
}

/** The id of a restore that the service named beside its errors. */
export function restoreIdBeside(error: unknown): number | undefined {
  const data = dataBeside(error);
  const restore = data?.["restore"];
  const response = isRecord(restore) ? restore["response"] : undefined;
  const id = isRecord(response) ? response["restoreId"] : undefined;
  return v.is(number, id) ? id : undefined;
}
