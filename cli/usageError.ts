/** What the user of a command did wrong. */
export class UsageError extends Error {}
