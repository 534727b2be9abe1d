import { buildSchema, GraphQLScalarType, type GraphQLSchema } from "graphql";
import { filterInputs } from "./filterInputs";
import type { Field, Model, ObjectType } from "./schema/model";
import { int64Scalar } from "./values";

const orderable = ["Int", "Int64", "Float", "String", "DateTime"];
const summable = ["Int", "Int64", "Float"];

/** Generates the GraphQL API that Dgraph has for the types of an uploaded schema. */
export function generate(model: Model): { readonly schema: GraphQLSchema; readonly sdl: string } {
  const types = [...model.types.values()];
  const mutations = types.flatMap((type) => mutationsOf(type, model));
  const sdl = [
    "scalar DateTime",
    "scalar Int64",
    filterInputs,
    ...model.enums.values(),
    ...enumFilters(types),
    ...mergedFilters(types),
    ...types.flatMap((type) => definitionsOf(type, model)),
    `type Query { ${types.flatMap(queriesOf).join(" ") || "_empty: Boolean"} }`,
    ...(mutations.length === 0 ? [] : [`type Mutation { ${mutations.join(" ")} }`]),
  ].join("\n");
  const schema = buildSchema(sdl, { assumeValidSDL: true });
  const int64 = schema.getType("Int64");
  if (int64 instanceof GraphQLScalarType) Object.assign(int64, int64Scalar);
  return { schema, sdl };
}

function definitionsOf(type: ObjectType, model: Model): string[] {
  const { name } = type;
  const fields = [...type.fields.values()];
  const stored = fields.filter(({ kind }) => kind !== "uid").map((field) => field.name);
  const orders = fields.filter(isOrderable).map((field) => field.name);
  const inputs = inputsOf(type, model);
  const results = `${payloadName(type)}${argumentsOf(type)}: [${name}]`;
  const implementing = type.interfaces.length === 0 ? "" : ` implements ${type.interfaces.join(" & ")}`;
  return [
    `${type.isInterface ? "interface" : "type"} ${name}${implementing} { ${fields.map((field) => output(field, model)).join(" ")} }`,
    `type ${name}AggregateResult { count: Int ${fields.flatMap(aggregates).join(" ")} }`,
    ...(stored.length === 0 ? [] : [`enum ${name}HasFilter { ${stored.join(" ")} }`]),
    filterOf(type, inputs.length > 0),
    ...(orders.length === 0
      ? []
      : [
          `enum ${name}Orderable { ${orders.join(" ")} }`,
          `input ${name}Order { asc: ${name}Orderable desc: ${name}Orderable then: ${name}Order }`,
        ]),
    `type Delete${name}Payload { ${results} msg: String numUids: Int }`,
    ...referenceOf(type, inputs),
    ...(inputs.length === 0
      ? []
      : [
          ...(type.isInterface
            ? []
            : [`input Add${name}Input { ${inputs.join(" ")} }`, `type Add${name}Payload { ${results} numUids: Int }`]),
          `input ${name}Patch { ${inputs.map(optional).join(" ")} }`,
          `input Update${name}Input { filter: ${name}Filter! set: ${name}Patch remove: ${name}Patch }`,
          `type Update${name}Payload { ${results} numUids: Int }`,
        ]),
  ];
}

export function payloadName({ name }: ObjectType): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

function isOrderable({ type, isList }: Field): boolean {
  return !isList && orderable.includes(type);
}

function argumentsOf(type: ObjectType): string {
  const order = [...type.fields.values()].some(isOrderable) ? `order: ${type.name}Order, ` : "";
  return `(filter: ${type.name}Filter, ${order}first: Int, offset: Int)`;
}

function output({ name, kind, type, isList, text, deprecated }: Field, { types }: Model): string {
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
  return [...type.fields.values()].flatMap((field) => {
    if (field.kind === "uid") return [];
    const target = field.kind === "object" ? types.get(field.type) : undefined;
    if (target?.isInterface === true && target.uidField === undefined && target.uniqueFields.length === 0) return [];
    const text = target === undefined ? field.text : field.text.replace(/\w+/, "$&Ref");
    return [`${field.name}: ${field.defaults.add === undefined ? text : text.replace(/!$/, "")}`];
  });
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
      : field.by.length === 0
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
  ...Object.fromEntries(["year", "month", "day", "hour"].map((part) => [part, "DateTimeFilter"])),
};

function filterName({ kind, type, by }: Field): string {
  return by.map((one) => (kind === "enum" ? `${type}_${one}` : (filtersBy[one] ?? one))).join("_");
}

function enumFilters(types: readonly ObjectType[]): string[] {
  const fields = types.flatMap((type) => [...type.fields.values()]).filter(({ kind }) => kind === "enum");
  const pairs = new Map(fields.flatMap(({ type, by }) => by.map((one) => [`${type}_${one}`, { type, one }] as const)));
  return [...pairs].map(([name, { type, one }]) => {
    const more = one === "exact" ? ` le: ${type} lt: ${type} ge: ${type} gt: ${type}` : "";
    return `input ${name} { eq: ${type} in: [${type}]${more} }`;
  });
}

/** The filter inputs for fields with several kinds of search. */
function mergedFilters(types: readonly ObjectType[]): string[] {
  const fields = types
    .flatMap((type) => [...type.fields.values()])
    .filter(({ kind, by }) => kind === "scalar" && by.length > 1);
  const names = new Map(fields.map((field) => [filterName(field), field.by]));
  return [...names].map(([name, by]) => `input ${name} { ${by.map((one) => stringFilters[one] ?? "").join(" ")} }`);
}

const stringFilters: Readonly<Record<string, string>> = {
  hash: "eq: String in: [String]",
  exact: "eq: String in: [String] le: String lt: String ge: String gt: String between: StringRange",
  term: "allofterms: String anyofterms: String",
};

function queriesOf(type: ObjectType): string[] {
  const { name, uidField, uniqueFields } = type;
  const only = uniqueFields.length <= 1 && uidField === undefined ? "!" : "";
  const by = [
    ...(uidField === undefined ? [] : [`${uidField.name}: ID${uniqueFields.length === 0 ? "!" : ""}`]),
    ...uniqueFields.map((field) => `${field.name}: ${field.type}${only}`),
  ];
  return [
    ...(by.length === 0 ? [] : [`get${name}(${by.join(", ")}): ${name}`]),
    `query${name}${argumentsOf(type)}: [${name}]`,
    `aggregate${name}(filter: ${name}Filter): ${name}AggregateResult`,
  ];
}

function mutationsOf(type: ObjectType, model: Model): string[] {
  const { name, uniqueFields, isInterface } = type;
  const upsert = uniqueFields.length > 0 ? ", upsert: Boolean" : "";
  const hasInputs = inputsOf(type, model).length > 0;
  return [
    ...(hasInputs && !isInterface ? [`add${name}(input: [Add${name}Input!]!${upsert}): Add${name}Payload`] : []),
    ...(hasInputs ? [`update${name}(input: Update${name}Input!): Update${name}Payload`] : []),
    `delete${name}(filter: ${name}Filter!): Delete${name}Payload`,
  ];
}
