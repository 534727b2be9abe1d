/** All that a database holds: what a backup keeps and a restore brings back. */
export interface Content {
  /** The GraphQL schema as it was uploaded; empty for none. */
  readonly schema: string;
  /** Records by type and by uid. */
  readonly records: Readonly<Record<string, readonly StoredRecord[]>>;
}

/** One record: its uid, and a value for each field that has one. */
export type StoredRecord = Readonly<Record<string, unknown>> & { readonly uid: string };
