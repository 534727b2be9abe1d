import { ConflictError } from "../errors/errors";
import { listOf } from "../errors/text";
import { type Context } from "../resource/context";
import { type Failure, holdsUnknown } from "../resource/fields";
import { resourceName } from "../resource/messages";
import type { Announced } from "../resource/resource";
import { hasAuthorization, holdsForeign, keepSecretLines, textOf } from "./authorization";
import { consentAdvice, idleConsent, labels, lineOf, linesOf, withoutConsent } from "./consent";
import { gradeChanges, grades, needsConsent, problemsOf, type SchemaChange } from "./grading";
import type { GraphqlSchemaHidden, GraphqlSchemaInputs } from "./inputs";

/** Nobody reads a longer list in a preview. A list of changes that need consent may be longer than one of the others. */
const maxLines = 50;
const maxOfHarmless = 10;

/** What is wrong with the schema, and which of its changes lack consent. Makes no call: it compares with the state. */
export async function checkSchema(
  inputs: GraphqlSchemaInputs & GraphqlSchemaHidden,
  olds: Partial<GraphqlSchemaInputs>,
): Promise<Failure[]> {
  const { schema, authorization, allow, __secrets = [] } = inputs;
  if (typeof schema !== "string" || holdsUnknown(schema)) return [];
  keepSecretLines(schema);
  if (authorization !== undefined && hasAuthorization(schema)) return [twoAuthorizations];
  if (holdsForeign(inputs)) return [foreignSecret];
  const problems = schema === olds.schema ? [] : problemsOf(schema);
  if (problems.length > 0) return [unusable(problems, __secrets.includes("schema"))];
  const changes = await changesOf(inputs, olds);
  checked.set(inputs, changes);
  const missing = withoutConsent(changes, allow);
  if (missing.length === 0 || holdsUnknown(allow)) return [];
  const many = missing.length === 1 ? "1 change needs" : `${missing.length} changes need`;
  return [
    {
      property: "schema",
      code: "DGC702",
      reason: `${many} your consent: ${pathsOf(missing)}`,
      details: [
        ...limited(missing.flatMap((change) => linesOf({ change, count: undefined }))),
        ...consentAdvice(missing, allow),
      ],
    },
  ];
}

/** The changes of inputs that were checked, for the lines that are shown afterwards: to compare large schemas takes a while. */
const checked = new WeakMap<GraphqlSchemaInputs, readonly SchemaChange[]>();

/** The changes against the inputs in the state; none where there is nothing to compare with, or a value is not known yet. */
async function changesOf(
  inputs: GraphqlSchemaInputs,
  olds: Partial<GraphqlSchemaInputs>,
): Promise<readonly SchemaChange[]> {
  const { schema, backend, authorization } = olds;
  if (schema === undefined || backend !== inputs.backend) return [];
  if ([inputs.schema, inputs.authorization, schema, authorization].some(holdsUnknown)) return [];
  const [before, after] = [textOf({ ...olds, schema }), textOf(inputs)];
  return before === after ? [] : gradeChanges(before, after);
}

/** Shows each change in a line: the engine's row shows only that the text differs. */
export async function announceChanges(
  context: Context,
  { inputs, olds, makes }: Announced<GraphqlSchemaInputs>,
): Promise<void> {
  const second = secondOf(context, inputs);
  if (second !== undefined)
    throw new ConflictError({ code: "DGC707", why: `${second}.`, next: "Then run pulumi up again." });
  if (makes || !context.account.announcements.isNews(context.urn ?? "")) return;
  const changes = checked.get(inputs) ?? (await changesOf(inputs, olds));
  for (const line of announcedLines(changes)) context.info(line);
  if (holdsUnknown([inputs.schema, inputs.allow])) return;
  const idle = idleConsent(changes, inputs.allow);
  // What is live may need a consent that no change of the program needs: after a restore, say.
  const unless = `remove ${idle.length === 1 ? "it" : "them"}, unless what is live needs it`;
  if (idle.length > 0)
    context.info(`allow names ${listOf(idle, "and")}, which no change of the program needs: ${unless}`);
}

function announcedLines(changes: readonly SchemaChange[]): string[] {
  return grades.flatMap((grade) => {
    const ofGrade = changes.filter((change) => change.grade === grade).map((change) => lineOf(change));
    return limited(ofGrade, needsConsent(grade) ? maxLines : maxOfHarmless, labels[grade]);
  });
}

type Declared = Pick<GraphqlSchemaInputs & GraphqlSchemaHidden, "backend" | "__backend">;

/** Declares the schema of a backend. Says what is wrong if another GraphqlSchema of the program has declared one: each would undo the other. */
function secondOf({ urn, account }: Context, { backend, __backend }: Declared): string | undefined {
  if (urn === undefined) return undefined;
  // A new backend has a URN before it has a uid. Without a backend, it is the cluster's.
  const given = [backend, __backend].filter((key) => key !== undefined);
  const keys = (given.length === 0 ? ["the cluster"] : given).filter((key) => !holdsUnknown(key));
  const others = keys.map((key) => account.creates.claim(`GraphqlSchema of ${key}`, urn));
  const other = others.find((one) => one !== undefined);
  if (other === undefined) return undefined;
  return `${resourceName(other)} is the schema of the same ${given.length === 0 ? "cluster, and a cluster" : "backend, and a backend"} has one: merge the two, or remove one from the program`;
}

/** The refusal of a second GraphqlSchema for one backend. */
export function refuseSecond(context: Context, { inputs }: { readonly inputs: Declared }): Failure[] {
  const reason = secondOf(context, inputs);
  return reason === undefined ? [] : [{ property: "backend", code: "DGC707", reason }];
}

const twoAuthorizations: Failure = {
  property: "authorization",
  code: "DGC604",
  reason: "the schema has a line # Dgraph.Authorization of its own: remove that line, or the input authorization",
};

const foreignSecret: Failure = {
  property: "schema",
  code: "DGC701",
  reason:
    "holds the note that a refresh left in place of somebody else's secret: give the real value, and no ignoreChanges",
};

function unusable(problems: ReturnType<typeof problemsOf>, isSecret: boolean): Failure {
  const lines = problems.flatMap(({ line, column, message, source }) => [
    `line ${line}, column ${column}: ${message}`,
    ...(isSecret || source.trim() === "" ? [] : [`${line} | ${source.trim()}`]),
  ]);
  const [first = "", ...others] = lines;
  return { property: "schema", code: "DGC701", reason: `cannot be used: ${first}`, details: limited(others) };
}

/** The paths for the first line, which is all that the resource's row shows. */
function pathsOf(changes: readonly SchemaChange[]): string {
  const paths = changes.slice(0, maxOfHarmless).map(({ path }) => path);
  return `${paths.join(", ")}${changes.length > maxOfHarmless ? `, and ${changes.length - maxOfHarmless} more` : ""}`;
}

function limited(lines: readonly string[], most = maxLines, what = "lines"): string[] {
  return lines.length > most ? [...lines.slice(0, most), `and ${lines.length - most} more: ${what}`] : [...lines];
}
