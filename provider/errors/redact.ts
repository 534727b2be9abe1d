/** More than any message needs. Longer texts are cut: a service may send megabytes, and each secret is searched in all of them. */
const longestText = 16_384;

const known = new Set<string>();
/** All that are known, the longest first, because a secret may begin with another one. Undefined after a new one. */
let ordered: readonly string[] | undefined;
let longest = 0;

/** Remembers a value that this process must never print. */
export function keepSecret(value: string | null | undefined): void {
  // A shorter value would remove ordinary words from messages, and is too short for a secret.
  if (value === undefined || value === null || value.length < 6) return;
  for (const form of forms(value)) {
    if (known.has(form)) continue;
    known.add(form);
    ordered = undefined;
    longest = Math.max(longest, form.length);
  }
}

/** Anything that looks like a JWT, whole or cut off: an error of the service may quote one that this process does not know. */
const anyToken = /\beyJ[\w-]{8,}(\.[\w-]*){0,2}/g;

/** Replaces every known secret, and everything that looks like a JWT, with "[secret]". Cuts a very long text. */
export function scrub(text: string): string {
  const most = longestText + 2 * longest;
  if (text.length <= most) return redacted(text);
  // A secret that the cut goes through is not recognised, and a shorter secret inside it may have been replaced with a longer text. So
  // twice the longest secret is dropped from the end.
  const head = redacted(text.slice(0, most));
  return head.slice(0, Math.max(0, head.length - 2 * longest));
}

function redacted(text: string): string {
  ordered ??= [...known].sort((one, other) => other.length - one.length);
  let result = text;
  // Hundreds of backends have hundreds of tokens, and nearly every text has none of them.
  for (const secret of ordered) if (result.includes(secret)) result = result.split(secret).join("[secret]");
  return result.replace(anyToken, "[secret]");
}

/** The value as it is, and as a service would quote it from a request: in JSON, in JSON inside JSON, and in a URL. */
function forms(value: string): string[] {
  const inJson = JSON.stringify(value).slice(1, -1);
  return [
    value,
    inJson,
    JSON.stringify(inJson).slice(1, -1),
    encodeURIComponent(value.replace(/\p{Surrogate}/gu, "\ufffd")),
  ];
}
