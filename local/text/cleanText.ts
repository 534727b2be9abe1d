const maxLength = 1_000;

// Control characters, escape sequences and bidirectional marks could rewrite what the reader's terminal shows.
const unprintable =
  // eslint-disable-next-line no-control-regex
  /\u001b\[[0-9;?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]+/g;

/** Makes text of a database or a request safe to print, as one line of at most 1,000 characters. */
export function cleanText(text: string): string {
  const line = text
    .slice(0, maxLength * 2)
    .replace(unprintable, " ")
    .replace(/ {2,}/g, " ")
    .trim();
  return line.length > maxLength ? `${line.slice(0, maxLength)}…` : line;
}
