/** The caller made a mistake: the request is answered with a GraphQL error. */
export class CallerError extends Error {}
