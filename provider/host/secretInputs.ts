import { keepSecret } from "../secrets";

type Values = Readonly<Record<string, unknown>>;

/** Names of the inputs that the program gave as secrets: the host tells their values like any other. */
export function secretInputs(news: Values): readonly string[] {
  const names = news["__secrets"];
  return Array.isArray(names) ? names.filter((name): name is string => typeof name === "string") : [];
}

/** From now on no message of this process holds them, not even one of the service that quotes them. */
export function keepSecretInputs(news: Values): void {
  for (const name of secretInputs(news)) keepAll(news[name]);
}

function keepAll(value: unknown): void {
  if (typeof value === "string") keepSecret(value);
  else if (typeof value === "object" && value !== null) Object.values(value).forEach(keepAll);
}
