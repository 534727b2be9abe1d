/** Thrown to answer a request with an HTTP status other than 200. */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}
