import * as v from "valibot";
import { type RequestSite, WrongShapeError } from "../errors/requestErrors";

/** Validates an answer. A wrong shape is an error that names the operation and the path in the answer. */
export function shaped<T extends v.GenericSchema>(site: RequestSite, schema: T, value: unknown): v.InferOutput<T> {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  // The message leaves out the value, which may hold a token.
  throw new WrongShapeError(site, `data.${v.getDotPath(issue) ?? ""}`, `${issue.expected ?? issue.type} was expected`);
}
