/** How deep a value may be; what programs send is some ten deep. */
const maxDepth = 200;

/** A JSON value of somebody else's; throws with what is wrong with it. */
export function parseJson(text: string): unknown {
  if (isTooDeep(text)) throw new Error(`is nested more than ${maxDepth} deep`);
  return parseOwnJson(text);
}

/** A JSON value of the user's own, however deep; throws with where it is wrong. */
export function parseOwnJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // The parser's own words show a piece of the text, which may be a password.
    throw new Error(`is not JSON${placeOf(text, error instanceof Error ? error.message : "")}`);
  }
}

/** How much of the text the parser shows before the sign that it complains of, and dots before that. */
const shownBefore = 10;

function placeOf(text: string, message: string): string {
  if (message.includes("end of JSON")) return ": it ends too early";
  const [, position] = /at position (\d+)/.exec(message) ?? [];
  const [, dots, shown = ""] = /(\.\.\.)?"(.*)"(?:\.\.\.)? is not valid JSON$/s.exec(message) ?? [];
  const from = shown === "" ? -1 : text.indexOf(shown);
  if (position === undefined && from < 0) return "";
  const at = position === undefined ? from + (dots === undefined ? 0 : shownBefore) : Number(position);
  const lines = text.slice(0, at).split("\n");
  return `: see line ${lines.length}, near column ${(lines.at(-1)?.length ?? 0) + 1}`;
}

/** Told from the text: a value that is too deep would end in a full stack wherever it is copied or written. */
function isTooDeep(json: string): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < json.length && depth <= maxDepth; at++) {
    const sign = json[at];
    if (sign === '"') inString = !inString;
    else if (inString) at += sign === "\\" ? 1 : 0;
    else if (sign === "[" || sign === "{") depth += 1;
    else if (sign === "]" || sign === "}") depth -= 1;
  }
  return depth > maxDepth;
}
