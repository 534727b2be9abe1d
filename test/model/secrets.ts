import type { LocalCloud } from "dgraphcloud-local";
import type { Kind } from "../../sdk/delegate";

/** Every session and every backend's token of the local cloud is a signed one. */
const signed = /eyJ[\w-]{8,}\.[\w-]{8,}\./;

/** Knows every secret of the account, and where each may stand. */
export class Secrets {
  constructor(private readonly local: LocalCloud) {}

  isIn(text: string): boolean {
    return signed.test(text) || this.local.accounts.some(({ password }) => text.includes(password));
  }

  /** Whether outputs hold a secret but for the ones that the sdk declares secret. */
  leakIn(kind: Kind, outputs: unknown): boolean {
    const declared = {
      backend: "jwtToken",
      dataDrop: "exportUrls",
      restoreRequest: undefined,
      restoreCompletion: undefined,
    }[kind];
    return this.isIn(
      JSON.stringify(outputs, (name, value: unknown) =>
        declared !== undefined && name === declared ? undefined : value,
      ),
    );
  }
}
