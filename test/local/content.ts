import { type Backend, MemoryEngine } from "dgraphcloud-local";

/** The nodes of one type in a backend in memory, read from the engine itself. Keys are the field names of the type. */
export async function recordsOf(backend: Backend, type: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  await backend.advance();
  const engine: unknown = backend.engine;
  if (!(engine instanceof MemoryEngine)) throw new Error("this backend is not in memory");
  return engine
    .content()
    .nodes.filter(({ types }) => types.includes(type))
    .map(({ values }) =>
      Object.fromEntries(Object.entries(values).map(([name, value]) => [name.replace(`${type}.`, ""), value])),
    );
}
