import { notEmpty } from "../resource/fields";

/** Checks where backups of a cluster are: a folder of Alpha, or an object store. The state holds it in clear. */
export function place(value: unknown): string | undefined {
  const problem = notEmpty(value, {});
  if (problem !== undefined) return problem;
  return /^[a-z0-9]+:\/\/[^/?#]*@/i.test(String(value))
    ? "must not contain a user name or a password: give them as credentials"
    : undefined;
}
