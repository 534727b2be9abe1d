/** Far more than a message has room for: a service may send megabytes of words, and each secret is looked for in all of them. */
const roomyLength = 16_384;

const known = new Set<string>();
let longest = 0;

/** Remembers a value that must never be printed by this process. */
export function keepSecret(value: string | null | undefined): void {
  // A shorter text would blank out ordinary words of a message, and is no secret worth the name.
  if (value === undefined || value === null || value.length < 6) return;
  for (const form of forms(value)) {
    known.add(form);
    longest = Math.max(longest, form.length);
  }
}

/** What looks like a JWT, whole or cut off: the service may name one in a complaint before this process has met it. */
const anyToken = /\beyJ[\w-]{8,}(\.[\w-]*){0,2}/g;

/** The text with every secret this process has met, and every token by its looks, blanked out; a very long text loses its end. */
export function scrub(text: string): string {
  const most = roomyLength + 2 * longest;
  if (text.length <= most) return blanked(text);
  // The cut may go through a secret, which is unknown as one then, and longer still if a shorter one inside it was blanked out.
  const head = blanked(text.slice(0, most));
  return head.slice(0, Math.max(0, head.length - 2 * longest));
}

function blanked(text: string): string {
  // The longest first: a secret may begin with another one.
  const secrets = [...known].sort((one, other) => other.length - one.length);
  return secrets.reduce((result, secret) => result.split(secret).join("[secret]"), text).replace(anyToken, "[secret]");
}

/** As it is, and as a service would quote it from a request: in JSON, and in JSON or a URL that is quoted once more. */
function forms(value: string): string[] {
  const inJson = JSON.stringify(value).slice(1, -1);
  return [
    value,
    inJson,
    JSON.stringify(inJson).slice(1, -1),
    encodeURIComponent(value.replace(/\p{Surrogate}/gu, "\ufffd")),
  ];
}
