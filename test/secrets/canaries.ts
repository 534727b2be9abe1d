/** Where a secret was seen although it must not be there. */
export interface Sighting {
  readonly secret: string;
  readonly where: string;
  /** What stands around it, with the secret itself blanked out. */
  readonly context: string;
}

interface Canary {
  readonly name: string;
  readonly forms: readonly string[];
}

/** Secrets that a test has handed out, and the search for them in whatever form they may have been written. */
export class Canaries {
  private readonly known = new Map<string, Canary>();

  get names(): string[] {
    return [...new Set([...this.known.values()].map(({ name }) => name))];
  }

  add(name: string, value: string): void {
    if (!this.known.has(value)) this.known.set(value, { name, forms: forms(value) });
  }

  /** Every secret that the text holds. */
  in(text: string, where: string): Sighting[] {
    return [...this.known.values()].flatMap(({ name, forms: all }) => {
      const form = all.find((one) => text.includes(one));
      if (form === undefined) return [];
      const at = text.indexOf(form);
      const around = `${text.slice(Math.max(0, at - 80), at)}<here>${text.slice(at + form.length, at + form.length + 40)}`;
      return [{ secret: name, where, context: around }];
    });
  }
}

function forms(value: string): string[] {
  const inJson = JSON.stringify(value).slice(1, -1);
  const signature = /^[\w-]+\.[\w-]+\.([\w-]{20,})$/.exec(value)?.[1];
  const path = /\/export\/([0-9a-f]{32})/.exec(value)?.[1];
  return [
    ...[value, inJson, JSON.stringify(inJson).slice(1, -1), encodeURIComponent(value)],
    ...[Buffer.from(value).toString("base64"), Buffer.from(value).toString("base64url")],
    // A part of it is enough to be one.
    ...[signature, path].filter((part) => part !== undefined),
  ];
}
