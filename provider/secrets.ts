const known = new Set<string>();

/** Remembers a value that must never be printed by this process. */
export function keepSecret(value: string | null | undefined): void {
  // A shorter text would blank out ordinary words of a message, and is no secret worth the name.
  if (value !== undefined && value !== null && value.length >= 6) known.add(value);
}

/** What looks like a JWT, whole or cut off: the service may name one in a complaint before this process has met it. */
const anyToken = /\beyJ[\w-]{8,}(\.[\w-]*){0,2}/g;

/** The text with every secret this process has met, and every token by its looks, blanked out. */
export function scrub(text: string): string {
  // The longest first: a secret may begin with another one.
  const secrets = [...known].sort((one, other) => other.length - one.length);
  return secrets.reduce((result, secret) => result.split(secret).join("[secret]"), text).replace(anyToken, "[secret]");
}
