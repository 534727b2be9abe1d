/** The lines of a schema that Dgraph reads although they are comments. Case matters. */
const setting = /^\s*#\s*(Dgraph\.(?:Authorization|Allow-Origin|Secret))\b/;

/**
 * What Dgraph refuses in the settings that stand in comments, in its own words; undefined if they are good. Like Dgraph's, the
 * messages repeat the line, with the secrets in it.
 */
export function brokenSetting(sdl: string): string | undefined {
  const lines = sdl.split("\n").map((line) => line.trim());
  const named = lines.map((line) => ({ line, name: setting.exec(line)?.[1] ?? "" })).filter(({ name }) => name !== "");
  const authorizations = named.filter(({ name }) => name === "Dgraph.Authorization");
  const [first, second] = authorizations;
  if (second !== undefined)
    return `Dgraph.Authorization should be only be specified once in a schema, found second mention: ${second.line}`;
  for (const { line, name } of named) {
    if (name === "Dgraph.Secret" && !/^#\s*Dgraph\.Secret\s+\S+\s+"[^"]*"$/.test(line))
      return `incorrect format for specifying Dgraph secret found for comment: \`${line}\`, it should be \`# Dgraph.Secret key value\``;
    if (name === "Dgraph.Allow-Origin" && !/^#\s*Dgraph\.Allow-Origin\s+"[^"]+"$/.test(line))
      return `incorrect format for specifying Dgraph.Allow-Origin found for comment: \`${line}\`, it should be \`# Dgraph.Allow-Origin "http://example.com"\``;
  }
  return first === undefined ? undefined : brokenAuthorization(first.line);
}

function brokenAuthorization(line: string): string | undefined {
  const text = line.replace(/^#\s*Dgraph\.Authorization\s*/, "");
  // An earlier form of Dgraph: header, namespace, algorithm and key.
  if (/^\S+\s+\S+\s+\S+\s+"[^"]+"$/.test(text)) return undefined;
  let given: Record<string, unknown>;
  try {
    given = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return `input: Invalid \`Dgraph.Authorization\` format: ${line}`;
  }
  const has = (name: string): boolean => given[name] !== undefined && given[name] !== "";
  const missing = (name: string): string => `required field missing in Dgraph.Authorization: \`${name}\``;
  if (!has("Header")) return missing("Header");
  if (!has("Namespace")) return missing("Namespace");
  const hasKeys = has("JWKUrl") || has("JWKUrls");
  if (!has("VerificationKey") && !hasKeys) return `${missing("Verification key")}/\`JWKUrl\`/\`JWKUrls\``;
  if (!hasKeys && !has("Algo")) return missing("Algo");
  return hasKeys && !has("Audience") ? missing("Audience") : undefined;
}
