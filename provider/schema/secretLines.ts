/** A line that Dgraph reads, and that may hold a secret. Upper and lower case matter. */
export const secretLine = /^\s*#\s*Dgraph\.(?:Authorization|Secret)/;

/** Whether the text has a line that may hold a secret. */
export function holdsSecret(text: string): boolean {
  return text.split("\n").some((line) => secretLine.test(line));
}
