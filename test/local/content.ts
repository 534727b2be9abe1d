import { type Backend, MemoryEngine } from "dgraphcloud-local";

/** What a backend in memory holds of one type, read past every interface. */
export async function recordsOf(backend: Backend, type: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  await backend.advance();
  const engine: unknown = backend.engine;
  if (!(engine instanceof MemoryEngine)) throw new Error("this backend is not in memory");
  return engine.content().records[type] ?? [];
}
