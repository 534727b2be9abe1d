import { buildSchema, GraphQLScalarType, type GraphQLSchema } from "graphql";
import { filterInputs } from "./filterInputs";
import { geoTypes } from "./schema/directives";
import type { Field, Model, ObjectType } from "./schema/model";
import { dateTimeScalar, int64Scalar } from "./values";

const orderable = ["Int", "Int64", "Float", "String", "DateTime"];
const summable = ["Int", "Int64", "Float"];

/** Generates the GraphQL API that Dgraph has for the types of an uploaded schema. */
export function generate(model: Model): { readonly schema: GraphQLSchema; readonly sdl: string } {
  const types = [...model.types.values()];
  const mutations = [...rootsOf("Mutation", model), ...types.flatMap((type) => mutationsOf(type, model))];
  const sdl = [
    "scalar DateTime",
    "scalar Int64",
    filterInputs,
    ...model.enums.values(),
    ...model.verbatim,
    ...[...model.unions].flatMap(([name, members]) => unionOf(name, members)),
    ...enumFilters(types),
    ...mergedFilters(types),
    ...types.flatMap((type) => definitionsOf(type, model)),
    `type Query { ${[...rootsOf("Query", model), ...types.flatMap(queriesOf)].join(" ") || "_empty: Boolean"} }`,
    ...(mutations.length === 0 ? [] : [`type Mutation { ${mutations.join(" ")} }`]),
  ].join("\n");
  const schema = buildSchema(sdl, { assumeValidSDL: true });
  for (const [name, scalar] of Object.entries({ Int64: int64Scalar, DateTime: dateTimeScalar })) {
    const type = schema.getType(name);
    if (type instanceof GraphQLScalarType) Object.assign(type, scalar);
  }
  return { schema, sdl };
}

function rootsOf(root: string, { rootFields }: Model): string[] {
  return rootFields.filter((field) => field.root === root).map(({ text }) => text);
}

function unionOf(name: string, members: readonly string[]): string[] {
  return [
    `union ${name} = ${members.join(" | ")}`,
    `enum ${name}Type { ${members.join(" ")} }`,
    `input ${name}Ref { ${members.map((member) => `${lowerFirst(member)}Ref: ${member}Ref`).join(" ")} }`,
    `input ${name}Filter { memberTypes: [${name}Type!] ${members.map((member) => `${lowerFirst(member)}Filter: ${member}Filter`).join(" ")} }`,
  ];
}

/** How the name of a type begins the name of a field. */
export function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

function definitionsOf(type: ObjectType, model: Model): string[] {
  const { name, omitted } = type;
  const has = (mutation: string): boolean => !omitted.includes(mutation);
  const all = [...type.fields.values()];
  const fields = all.filter(({ isComputed }) => !isComputed);
  const stored = fields.filter(({ kind }) => kind !== "uid").map((field) => field.name);
  const orders = fields.filter(isOrderable).map((field) => field.name);
  const inputs = inputsOf(type, model);
  const results = `${payloadName(type)}${argumentsOf(type)}: [${name}]`;
  const implementing = type.interfaces.length === 0 ? "" : ` implements ${type.interfaces.join(" & ")}`;
  return [
    `${type.isInterface ? "interface" : "type"} ${name}${implementing} { ${all.map((field) => output(field, model)).join(" ")} }`,
    `type ${name}AggregateResult { count: Int ${fields.flatMap(aggregates).join(" ")} }`,
    ...(stored.length === 0 ? [] : [`enum ${name}HasFilter { ${stored.join(" ")} }`]),
    filterOf(type, inputs.length > 0),
    ...(orders.length === 0
      ? []
      : [
          `enum ${name}Orderable { ${orders.join(" ")} }`,
          `input ${name}Order { asc: ${name}Orderable desc: ${name}Orderable then: ${name}Order }`,
        ]),
    ...(has("delete") ? [`type Delete${name}Payload { ${results} msg: String numUids: Int }`] : []),
    ...referenceOf(type, inputs),
    ...(inputs.length === 0
      ? []
      : [
          ...(type.isInterface || !has("add")
            ? []
            : [`input Add${name}Input { ${inputs.join(" ")} }`, `type Add${name}Payload { ${results} numUids: Int }`]),
          ...(has("update")
            ? [
                `input ${name}Patch { ${inputs.map(optional).join(" ")} }`,
                `input Update${name}Input { filter: ${name}Filter! set: ${name}Patch remove: ${name}Patch }`,
                `type Update${name}Payload { ${results} numUids: Int }`,
              ]
            : []),
        ]),
  ];
}

export function payloadName({ name }: ObjectType): string {
  return lowerFirst(name);
}

function isOrderable({ type, isList, isComputed }: Field): boolean {
  return !isList && !isComputed && orderable.includes(type);
}

function argumentsOf(type: ObjectType): string {
  const order = [...type.fields.values()].some(isOrderable) ? `order: ${type.name}Order, ` : "";
  return `(filter: ${type.name}Filter, ${order}first: Int, offset: Int)`;
}

function output({ name, kind, type, isList, text, deprecated, isComputed, args }: Field, { types }: Model): string {
  if (isComputed) return `${name}${args === "" ? "" : `(${args})`}: ${text} ${deprecated}`;
  if (kind === "union")
    return `${name}(filter: ${type}Filter${isList ? ", first: Int, offset: Int" : ""}): ${text} ${deprecated}`;
  const target = kind === "object" ? types.get(type) : undefined;
  if (target === undefined) return `${name}: ${text} ${deprecated}`;
  if (!isList) return `${name}(filter: ${type}Filter): ${text} ${deprecated}`;
  return `${name}${argumentsOf(target)}: ${text} ${deprecated} ${name}Aggregate(filter: ${type}Filter): ${type}AggregateResult`;
}

function aggregates({ name, type, isList }: Field): string[] {
  if (isList) return [];
  return [
    ...(orderable.includes(type) ? [`${name}Min: ${type} ${name}Max: ${type}`] : []),
    ...(summable.includes(type) ? [`${name}Sum: ${type} ${name}Avg: Float`] : []),
  ];
}

/** The input fields of a type. An interface with neither ID nor @id cannot be referred to, so its field has no input. */
function inputsOf(type: ObjectType, { types }: Model): string[] {
  const secret = type.secret === undefined ? [] : [`${type.secret.name}: String!`];
  const fields = [...type.fields.values()].flatMap((field) => {
    if (field.kind === "uid" || field.isComputed) return [];
    const target = field.kind === "object" ? types.get(field.type) : undefined;
    if (target?.isInterface === true && target.uidField === undefined && target.uniqueFields.length === 0) return [];
    const isReference = target !== undefined || field.kind === "union" || geoTypes.includes(field.type);
    const text = isReference ? field.text.replace(/\w+/, "$&Ref") : field.text;
    return [`${field.name}: ${field.defaults.add === undefined ? text : text.replace(/!$/, "")}`];
  });
  return [...fields, ...secret];
}

function optional(input: string): string {
  return input.replace(/!$/, "");
}

function referenceOf(type: ObjectType, inputs: readonly string[]): string[] {
  const uid = type.uidField === undefined ? [] : [`${type.uidField.name}: ID`];
  const [unique] = type.uniqueFields;
  const fields = type.isInterface
    ? [...uid, ...(unique === undefined ? [] : [`${unique.name}: ${unique.type}`])]
    : [...uid, ...inputs.map(optional)];
  const isOnly = fields.length === 1 && (uid.length === 1 || unique !== undefined);
  return fields.length === 0 ? [] : [`input ${type.name}Ref { ${fields.join(" ")}${isOnly ? "!" : ""} }`];
}

function filterOf({ name, fields, uidField }: ObjectType, hasStored: boolean): string {
  const own = [...fields.values()].flatMap((field) =>
    field.kind === "uid"
      ? [`${field.name}: [ID!]`]
      : field.by.length === 0 || field.isComputed
        ? []
        : [`${field.name}: ${filterName(field)}`],
  );
  const has = hasStored ? [`has: [${name}HasFilter]`] : [];
  const isMore = own.length + has.length > 1 || (own.length + has.length === 1 && uidField === undefined);
  const joined = isMore ? [`and: [${name}Filter]`, `or: [${name}Filter]`] : [];
  return `input ${name}Filter { ${[...own, ...has, ...joined, `not: ${name}Filter`].join(" ")} }`;
}

const filtersBy: Readonly<Record<string, string>> = {
  int: "IntFilter",
  int64: "Int64Filter",
  float: "FloatFilter",
  bool: "Boolean",
  hash: "StringHashFilter",
  exact: "StringExactFilter",
  term: "StringTermFilter",
  fulltext: "StringFullTextFilter",
  trigram: "StringRegExpFilter",
  regexp: "StringRegExpFilter",
  ngram: "StringNgramFilter",
  point: "PointGeoFilter",
  polygon: "PolygonGeoFilter",
  multiPolygon: "PolygonGeoFilter",
  ...Object.fromEntries(["year", "month", "day", "hour"].map((part) => [part, "DateTimeFilter"])),
};

function filterName({ kind, type, by }: Field): string {
  return by.map((one) => (isOfEnum(kind, one) ? `${type}_${one}` : (filtersBy[one] ?? one))).join("_");
}

/** Whether a search of an enum compares its values. The others are those of strings. */
function isOfEnum(kind: Field["kind"], by: string): boolean {
  return kind === "enum" && (by === "hash" || by === "exact");
}

function enumFunctions(type: string, by: string): string {
  const more = by === "exact" ? ` le: ${type} lt: ${type} ge: ${type} gt: ${type} between: ${type}` : "";
  return `eq: ${type} in: [${type}]${more}`;
}

function enumFilters(types: readonly ObjectType[]): string[] {
  const fields = types.flatMap((type) => [...type.fields.values()]);
  const all = fields.flatMap(({ kind, type, by }) =>
    by.filter((one) => isOfEnum(kind, one)).map((one) => `input ${type}_${one} { ${enumFunctions(type, one)} }`),
  );
  return [...new Set(all)];
}

/** The filter inputs for fields with several kinds of search. */
function mergedFilters(types: readonly ObjectType[]): string[] {
  const fields = types.flatMap((type) => [...type.fields.values()]).filter(({ by }) => by.length > 1);
  const merged = new Map(fields.map((field) => [filterName(field), field]));
  return [...merged].map(([name, { kind, type, by }]) => {
    const functions = by.map((one) => (isOfEnum(kind, one) ? enumFunctions(type, one) : (stringFilters[one] ?? "")));
    return `input ${name} { ${functions.join(" ")} }`;
  });
}

const stringFilters: Readonly<Record<string, string>> = {
  hash: "eq: String in: [String]",
  exact: "eq: String in: [String] le: String lt: String ge: String gt: String between: StringRange",
  term: "allofterms: String anyofterms: String",
  fulltext: "alloftext: String anyoftext: String",
  trigram: "regexp: String",
  regexp: "regexp: String",
  ngram: "ngram: String",
};

function queriesOf(type: ObjectType): string[] {
  const { name, uidField, uniqueFields, secret, omitted } = type;
  const only = uniqueFields.length <= 1 && uidField === undefined ? "!" : "";
  const by = [
    ...(uidField === undefined ? [] : [`${uidField.name}: ID${uniqueFields.length === 0 ? "!" : ""}`]),
    ...uniqueFields.map((field) => `${field.name}: ${field.type}${only}`),
  ];
  const has = (query: string): boolean => !omitted.includes(query);
  const password = secret === undefined ? "" : [...by, `${secret.name}: String!`].join(", ");
  return [
    ...(by.length > 0 && has("get") ? [`get${name}(${by.join(", ")}): ${name}`] : []),
    ...(by.length > 0 && secret !== undefined && has("password") ? [`check${name}Password(${password}): ${name}`] : []),
    ...(has("query") ? [`query${name}${argumentsOf(type)}: [${name}]`] : []),
    ...(has("aggregate") ? [`aggregate${name}(filter: ${name}Filter): ${name}AggregateResult`] : []),
  ];
}

function mutationsOf(type: ObjectType, model: Model): string[] {
  const { name, uniqueFields, isInterface, omitted } = type;
  const has = (mutation: string): boolean => !omitted.includes(mutation);
  const upsert = uniqueFields.length > 0 ? ", upsert: Boolean" : "";
  const hasInputs = inputsOf(type, model).length > 0;
  return [
    ...(hasInputs && !isInterface && has("add")
      ? [`add${name}(input: [Add${name}Input!]!${upsert}): Add${name}Payload`]
      : []),
    ...(hasInputs && has("update") ? [`update${name}(input: Update${name}Input!): Update${name}Payload`] : []),
    ...(has("delete") ? [`delete${name}(filter: ${name}Filter!): Delete${name}Payload`] : []),
  ];
}
