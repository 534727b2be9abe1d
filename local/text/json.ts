/** How deep a value may be nested; programs send values of about ten levels. */
const maxDepth = 200;

/** Parses JSON from a request. The error says what is wrong, without quoting the text. */
export function parseJson(text: string): unknown {
  if (isTooDeep(text)) throw new Error(`is nested more than ${maxDepth} deep`);
  return parseTrustedJson(text);
}

/** Parses JSON from a file of the user, however deep. The error names the place, without quoting the text. */
export function parseTrustedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // The parser's own message quotes a piece of the text, which may be a password.
    throw new Error(`is not JSON${placeOf(text, error instanceof Error ? error.message : "")}`);
  }
}

/** How many characters before the unexpected one the parser quotes; it puts dots before them when it leaves text out. */
const quotedBefore = 10;

function placeOf(text: string, message: string): string {
  if (message.includes("end of JSON")) return ": it ends too early";
  const [, position] = /at position (\d+)/.exec(message) ?? [];
  const [, dots, quoted = ""] = /(\.\.\.)?"(.*)"(?:\.\.\.)? is not valid JSON$/s.exec(message) ?? [];
  const from = quoted === "" ? -1 : text.indexOf(quoted);
  if (position === undefined && from < 0) return "";
  const at = position === undefined ? from + (dots === undefined ? 0 : quotedBefore) : Number(position);
  const lines = text.slice(0, at).split("\n");
  return `: see line ${lines.length}, near column ${(lines.at(-1)?.length ?? 0) + 1}`;
}

/** Checked on the text, since a value that is too deep would overflow the stack wherever it is copied or written. */
function isTooDeep(json: string): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < json.length && depth <= maxDepth; at++) {
    const character = json[at];
    if (character === '"') inString = !inString;
    else if (inString) at += character === "\\" ? 1 : 0;
    else if (character === "[" || character === "{") depth += 1;
    else if (character === "]" || character === "}") depth -= 1;
  }
  return depth > maxDepth;
}
