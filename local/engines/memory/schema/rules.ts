import { type DocumentNode, type FieldDefinitionNode, Kind } from "graphql";
import { enumSearches, scalars, searches } from "./directives";
import type { Field, Model } from "./model";
import { sharedPredicates } from "./sharedPredicates";
import {
  argumentOf,
  directiveOf,
  isComputed,
  isListOf,
  isRoot,
  nameOf,
  storedTypes,
  textOf,
  type TypeNodes,
} from "./syntax";

const reserved = [
  "uid",
  "Subscription",
  "Point",
  "Query",
  "Mutation",
  ...scalars,
  "Password",
  "Polygon",
  "MultiPolygon",
];
const generatedNames = [
  ...["Ref", "Patch", "Filter", "Order", "Orderable", "AggregateResult", "HasFilter"].map((end) => ["", end] as const),
  ...["Update", "Add"].map((start) => [start, "Input"] as const),
  ...["Update", "Delete", "Add"].map((start) => [start, "Payload"] as const),
];

/** Everything that Dgraph refuses in a schema, in Dgraph's words where they are short. */
export function brokenRules({ definitions }: DocumentNode, model: Model): string[] {
  const types = storedTypes(definitions);
  if (definitions.some(({ kind }) => kind === Kind.SCALAR_TYPE_DEFINITION))
    return [
      "You can't add scalar definitions. Only type, interface, union, input and enums are allowed in initial schema.",
    ];
  const roots = definitions.filter(isRoot);
  if (types.length === 0 && roots.length === 0) return ["No query or mutation found in the generated schema"];
  const names = types.map(({ name }) => name.value);
  const generated = new Set(names.flatMap((name) => generatedNames.map(([start, end]) => `${start}${name}${end}`)));
  return [
    ...definitions.flatMap((node) =>
      "name" in node && !isRoot(node) && (isReserved(node.name.value) || generated.has(node.name.value))
        ? [`${node.name.value} is a reserved word, so you can't declare a type with this name.`]
        : [],
    ),
    ...roots.flatMap(brokenInRoot),
    ...types.flatMap((node) => brokenInType(node, types, model)),
    ...sharedPredicates(model),
  ];
}

function brokenInRoot({ name, fields = [] }: TypeNodes): string[] {
  return fields
    .filter((field) => !isComputed(field))
    .map(
      (field) =>
        `GraphQL Query and Mutation types are only allowed to have fields with @custom/@lambda directive. Other fields are built automatically for you. Found ${name.value} ${field.name.value} without @custom/@lambda.`,
    );
}

function isReserved(name: string): boolean {
  return reserved.includes(name) || name.toLowerCase() === "as" || name.startsWith("__");
}

function brokenInType(node: TypeNodes, types: readonly TypeNodes[], model: Model): string[] {
  const name = node.name.value;
  const type = model.types.get(name);
  const fields = [...(type?.fields.values() ?? [])];
  const found: string[] = [];
  if (node.kind === Kind.INTERFACE_TYPE_DEFINITION && (node.interfaces ?? []).length > 0)
    found.push(`interface ${name} cannot implement another one`);
  const uids = fields.filter(({ kind }) => kind === "uid");
  if (uids.length > 1)
    found.push(
      `Fields ${uids.map((field) => field.name).join(" and ")} are listed as IDs for type ${name}, but a type can have only one ID field.`,
    );
  if (node.kind === Kind.OBJECT_TYPE_DEFINITION && fields.length === uids.length)
    found.push(`Type ${name}; is invalid, a type must have atleast one field that is not of ID! type.`);
  const secret = directiveOf(node, "secret");
  if (secret !== undefined && fields.some((field) => field.name === textOf(secret, "field")))
    found.push(`Type ${name}; has a secret directive and field of the same name ${type?.secret?.name ?? ""}`);
  const dgraph = directiveOf(node, "dgraph");
  const stored = textOf(dgraph, "type");
  if (dgraph !== undefined && stored === undefined)
    found.push(`Type ${name}; type argument for @dgraph directive should not be empty.`);
  if (stored !== undefined && isReserved(stored))
    found.push(`Type ${name}; type argument '${stored}' for @dgraph directive is a reserved keyword.`);
  return [
    ...found,
    ...brokenInterfaces(node, types),
    ...(node.fields ?? []).flatMap((field) =>
      brokenInField(field, node, model).map((what) => `Type ${name}; Field ${field.name.value}: ${what}`),
    ),
  ];
}

/** A type may repeat the fields of its interfaces, but only with the same type. */
function brokenInterfaces(node: TypeNodes, types: readonly TypeNodes[]): string[] {
  const seen = new Set<string>();
  return (node.interfaces ?? []).flatMap(({ name }) => {
    const parent = types.find((other) => other.name.value === name.value);
    if (parent?.kind !== Kind.INTERFACE_TYPE_DEFINITION) return [`${name.value} is not an interface`];
    return (parent.fields ?? []).flatMap((field) => {
      const own = node.fields?.find((other) => other.name.value === field.name.value);
      const isTwice = seen.has(field.name.value) && nameOf(field.type) !== "ID";
      seen.add(field.name.value);
      if (isTwice) return [`Field ${node.name.value}.${field.name.value} can only be defined once.`];
      const same = own === undefined || shapeOf(own) === shapeOf(field);
      return same
        ? []
        : [
            `For type ${node.name.value} to implement interface ${name.value} the field ${field.name.value} must have type ${shapeOf(field)}`,
          ];
    });
  });
}

function shapeOf({ type }: FieldDefinitionNode): string {
  const shape = (node: FieldDefinitionNode["type"]): string => {
    if (node.kind === Kind.NAMED_TYPE) return node.name.value;
    return node.kind === Kind.LIST_TYPE ? `[${shape(node.type)}]` : `${shape(node.type)}!`;
  };
  return shape(type);
}

function brokenInField(node: FieldDefinitionNode, owner: TypeNodes, model: Model): string[] {
  const name = node.name.value;
  const field = model.types.get(owner.name.value)?.fields.get(name);
  const found: string[] = [];
  if (isReserved(name)) found.push(`${name} is a reserved keyword and you cannot declare a field with this name.`);
  if (name.endsWith("Aggregate"))
    found.push("Aggregate is a reserved keyword and you cannot declare a field with Aggregate as suffix.");
  if (depthOf(node.type) > 1) found.push("Nested lists are invalid.");
  const type = nameOf(node.type);
  if (isListOf(node.type) && (type === "ID" || type === "Boolean")) found.push(`${type} lists are invalid.`);
  if (field === undefined) return found;
  if (field.isComputed) return [...found, ...brokenComputed(owner, model)];
  if (field.kind === "object" && !model.types.has(type))
    found.push(
      "is of a type that has @remote directive. Those would need to be resolved by a @custom/@lambda directive.",
    );
  return [
    ...found,
    ...brokenSearch(node, field),
    ...brokenId(node, owner, field),
    ...brokenDefault(node, field),
    ...brokenInverse(node, owner, field, model),
    ...brokenPredicate(node, field),
  ];
}

function brokenComputed(owner: TypeNodes, { types }: Model): string[] {
  const type = types.get(owner.name.value);
  if (type?.uidField !== undefined || (type?.uniqueFields.length ?? 0) > 0) return [];
  return [
    "@custom directive is only allowed on fields where the type definition has a field with type ID! or a field with @id directive.",
  ];
}

function depthOf(type: FieldDefinitionNode["type"]): number {
  if (type.kind === Kind.NAMED_TYPE) return 0;
  return depthOf(type.type) + (type.kind === Kind.LIST_TYPE ? 1 : 0);
}

function brokenSearch(node: FieldDefinitionNode, { type, kind, by }: Field): string[] {
  const search = directiveOf(node, "search");
  if (search === undefined) return [];
  const allowed = kind === "enum" ? enumSearches : (searches[type] ?? []);
  if (allowed.length === 0)
    return [`has the @search directive but fields of type ${type} can't have the @search directive.`];
  const given = argumentOf(search, "by");
  if (given !== undefined && given.kind !== Kind.LIST)
    return ['the @search directive requires a list argument, like @search(by: ["hash"])'];
  const invalid = by.find((one) => !allowed.includes(one));
  if (invalid !== undefined)
    return [`has the @search directive but the argument ${invalid} doesn't apply to field type ${type}.`];
  if (new Set(by).size < by.length || (type === "DateTime" && by.length > 1))
    return [`${type} allows each kind of @search once.`];
  if (by.includes("regexp") && by.includes("trigram"))
    return ["the argument to @search 'trigram' is the same as the index 'regexp' and shouldn't be used together."];
  if (by.includes("hash") && by.includes("exact"))
    return ["the arguments 'hash' and 'exact' can't be used together as arguments to @search."];
  return [];
}

function brokenId(node: FieldDefinitionNode, owner: TypeNodes, { type, isUnique, isList, uniqueIn }: Field): string[] {
  if (!isUnique) return [];
  if (isList || !["String", "Int", "Int64"].includes(type))
    return [`with @id directive must be of type String, Int or Int64, not ${shapeOf(node)}`];
  if (uniqueIn !== undefined && owner.kind !== Kind.INTERFACE_TYPE_DEFINITION)
    return ["@id field with interface argument can only be defined in interface,not in Type"];
  return [];
}

function brokenDefault(node: FieldDefinitionNode, { type, kind, isList, isUnique, defaults }: Field): string[] {
  if (directiveOf(node, "default") === undefined) return [];
  if (kind === "object" || kind === "union")
    return [`cannot use @default directive on field with non-scalar type ${type}`];
  if (isList) return [`cannot use @default directive on field with list type [${type}]`];
  if (isUnique) return ["cannot use @default directive on field with @id directive"];
  if (kind === "uid") return ["cannot use @default directive on field with type ID"];
  return Object.values(defaults)
    .filter((value) => !fitsType(value, type))
    .map((value) => `@default directive provides value "${value}" which cannot be used with ${type}`);
}

function fitsType(value: string, type: string): boolean {
  if (value === "$now") return type === "DateTime";
  if (type === "Int") return /^[+-]?\d+$/.test(value);
  if (type === "Float") return value.trim() !== "" && Number.isFinite(Number(value));
  return type !== "Boolean" || value === "true" || value === "false";
}

function brokenInverse(node: FieldDefinitionNode, owner: TypeNodes, field: Field, { types }: Model): string[] {
  if (directiveOf(node, "hasInverse") === undefined) return [];
  const target = types.get(field.type);
  if (target === undefined)
    return [
      `Field ${field.name} is of type ${field.type}, but @hasInverse directive only applies to fields with object types.`,
    ];
  const inverse = target.fields.get(field.inverse ?? "");
  if (inverse === undefined) return [`inverse field ${field.inverse ?? ""} doesn't exist for type ${target.name}.`];
  if (inverse.type !== owner.name.value)
    return [
      `@hasInverse is required to link the fields of same type, but the field ${inverse.name} is of the type ${inverse.type} instead of ${owner.name.value}.`,
    ];
  return inverse.inverse === field.name ? [] : ["@hasInverse should be consistant."];
}

function brokenPredicate(node: FieldDefinitionNode, { kind }: Field): string[] {
  const dgraph = directiveOf(node, "dgraph");
  if (dgraph === undefined) return [];
  if (kind === "uid") return ["has the @dgraph directive but fields of type ID can't have the @dgraph directive."];
  const predicate = textOf(dgraph, "pred");
  if (predicate === undefined) return ["pred argument for @dgraph directive should not be empty."];
  if (isReserved(predicate)) return [`pred argument '${predicate}' for @dgraph directive is a reserved keyword.`];
  return /[\s{}|^`\\"]/.test(predicate) ? [`pred argument '${predicate}' is not a valid predicate name`] : [];
}
