/** What a request of the fake cluster is refused with. Dgraph answers a refusal with HTTP 200. */
export class Refusal extends Error {
  override readonly name = "Refusal";

  constructor(
    message: string,
    /** The data that stands beside the error. Default: null. */
    readonly data: unknown = null,
  ) {
    super(message);
  }
}

export const draining =
  "the server is in draining mode and client requests will only be allowed after exiting the mode  by sending a GraphQL draining(enable: false) mutation to /admin";
export const notReady = "Please retry again, server is not ready to accept requests";
