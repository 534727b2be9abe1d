import { type Made, replyOf } from "./calls";

export interface DqlReply {
  readonly status: number;
  readonly data: unknown;
  readonly errors: readonly { readonly message: string }[] | undefined;
}

/** Sends a document to `/query` of a backend. */
export async function askDql({ url, auth }: Made, document: string, type = "application/dql"): Promise<DqlReply> {
  const response = await fetch(`http://${url}/query`, {
    method: "POST",
    headers: { "content-type": type, connection: "close", ...auth },
    body: document,
  });
  const { status, data, errors } = await replyOf(response);
  return { status, data, errors };
}

/** The counts of a document, by the names of its blocks. */
export async function countsOf(backend: Made, document: string): Promise<Record<string, number | undefined>> {
  const { data, errors } = await askDql(backend, document);
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  const blocks = Object.entries(data as Record<string, readonly { count: number }[]>);
  return Object.fromEntries(blocks.map(([name, [first]]) => [name, first?.count]));
}
