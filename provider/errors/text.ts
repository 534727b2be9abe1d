/** The longest text of others in a message. */
const maxLength = 2_000;

// Control characters, escape sequences and bidirectional marks: with them, an answer of the service could redraw the user's terminal.
const unprintable =
  // eslint-disable-next-line no-control-regex
  /\u001b\[[0-9;?]*[ -/]*[@-~]|[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]+/g;

/** Replaces lone surrogates (halves of characters), which an escape in JSON or a cut can leave: the engine's gRPC channel fails on them. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\ufffd");
}

/** Makes a text of others (an answer, a name) fit for one line of a message. */
export function clean(text: string): string {
  const line = text
    .slice(0, maxLength * 2)
    .replace(unprintable, " ")
    .replace(/ {2,}/g, " ")
    .trim();
  return wellFormed(line.length > maxLength ? `${line.slice(0, maxLength)}…` : line);
}

/** `"a", "b" or "c"`, for messages that list the allowed values. */
export function listOf(values: readonly string[], last = "or"): string {
  const quoted = values.map((value) => `"${value}"`);
  return quoted.length < 2 ? quoted.join("") : `${quoted.slice(0, -1).join(", ")} ${last} ${quoted.at(-1) ?? ""}`;
}
