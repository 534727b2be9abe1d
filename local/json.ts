/** How deep a value may be; what programs send is some ten deep. */
const maxDepth = 200;

/** A JSON value of somebody else's; throws with what is wrong with it. */
export function parseJson(text: string): unknown {
  if (isTooDeep(text)) throw new Error(`is nested more than ${maxDepth} deep`);
  try {
    return JSON.parse(text);
  } catch (cause) {
    // The parser's own words show a piece of the text, which may be a password.
    throw new Error("is not JSON", { cause });
  }
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
