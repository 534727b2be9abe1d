import * as v from "valibot";
import { type RequestSite, WrongShapeError } from "../errors/requestErrors";

/** The value as its schema has it, or an error that names the operation and the path in the answer. */
export function shaped<T extends v.GenericSchema>(site: RequestSite, schema: T, value: unknown): v.InferOutput<T> {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  // Never the value itself: it may hold a token.
  throw new WrongShapeError(site, `data.${v.getDotPath(issue) ?? ""}`, `${issue.expected ?? issue.type} was expected`);
}
