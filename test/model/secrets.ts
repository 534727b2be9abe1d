import type { LocalCloud } from "dgraphcloud-local";
import type { Kind } from "../../provider/host/delegate";

/** The local cloud issues only signed tokens, for sessions and for backends. */
const signed = /eyJ[\w-]{8,}\.[\w-]{8,}\./;

/** Finds secrets of the account where they are not allowed. */
export class Secrets {
  constructor(private readonly local: LocalCloud) {}

  isIn(text: string): boolean {
    return signed.test(text) || this.local.accounts.some(({ password }) => text.includes(password));
  }

  /** Whether outputs contain a secret other than in the outputs that the sdk declares secret. */
  leakIn(kind: Kind, outputs: unknown): boolean {
    const declared = {
      backend: "jwtToken",
      dataDrop: "exportUrls",
      restoreRequest: undefined,
      restoreCompletion: undefined,
      graphqlSchema: undefined,
      backup: "credentials",
    }[kind];
    return this.isIn(
      JSON.stringify(outputs, (name, value: unknown) =>
        declared !== undefined && name === declared ? undefined : value,
      ),
    );
  }
}
