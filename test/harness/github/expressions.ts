/** What the expressions of a workflow can refer to. */
export type Contexts = Readonly<Record<string, unknown>>;

/** How the job stands when an expression is evaluated. */
export interface Status {
  readonly failed: boolean;
  readonly cancelled: boolean;
}

type Value = string | number | boolean | null | object;

const statusFunctions: Readonly<Record<string, (status: Status) => boolean>> = {
  always: () => true,
  cancelled: ({ cancelled }) => cancelled,
  failure: ({ failed }) => failed,
  success: ({ failed, cancelled }) => !failed && !cancelled,
};

/** Replaces each `${{ … }}` of a text by its value. */
export function interpolate(text: string, contexts: Contexts, status: Status): string {
  return text.replace(/\$\{\{(.*?)\}\}/gs, (_, expression: string) => {
    const value = evaluate(expression, contexts, status);
    if (typeof value === "object" && value !== null) throw new Error(`not a text: ${expression.trim()}`);
    return String(value ?? "");
  });
}

/** Evaluates the `if` of a step or a job. Without one of the functions for the status, it includes `success()`. */
export function holds(condition: string | undefined, contexts: Contexts, status: Status): boolean {
  const text = condition?.replace(/^\s*\$\{\{(.*)\}\}\s*$/s, "$1") ?? "success()";
  const namesStatus = Object.keys(statusFunctions).some((name) => new RegExp(`\\b${name}\\(`).test(text));
  return truthy(evaluate(namesStatus ? text : `success() && (${text})`, contexts, status));
}

/** Evaluates one expression of GitHub. Whatever is not known here is an error, not an empty text as on GitHub. */
export function evaluate(expression: string, contexts: Contexts, status: Status): Value {
  const tokens = [...expression.matchAll(/\s*('(?:[^']|'')*'|==|!=|&&|\|\||[!()]|[\w-]+(?:\.[\w-]+)*|\S)/g)];
  let at = 0;
  const peek = (): string | undefined => tokens[at]?.[1];
  const next = (): string => tokens[at++]?.[1] ?? "";
  const unknown = (what: string): Error => new Error(`unknown in an expression: ${what} (in ${expression.trim()})`);
  const expectToken = (wanted: string): void => {
    const found = next();
    if (found !== wanted) throw unknown(found === "" ? `its end, instead of ${wanted}` : found);
  };

  // Each side is evaluated, also where the first one decides: so a wrong name is found on either side.
  function or(): Value {
    let value = and();
    while (peek() === "||") {
      next();
      const other = and();
      value = truthy(value) ? value : other;
    }
    return value;
  }
  function and(): Value {
    let value = comparison();
    while (peek() === "&&") {
      next();
      const other = comparison();
      value = truthy(value) ? other : value;
    }
    return value;
  }
  function comparison(): Value {
    const value = negation();
    const operator = peek();
    if (operator !== "==" && operator !== "!=") return value;
    next();
    return equal(value, negation()) === (operator === "==");
  }
  function negation(): Value {
    if (peek() !== "!") return operand();
    next();
    return !truthy(negation());
  }
  function operand(): Value {
    const token = next();
    if (token === "(") {
      const value = or();
      expectToken(")");
      return value;
    }
    if (token.startsWith("'")) return token.slice(1, -1).replaceAll("''", "'");
    if (/^\d+$/.test(token)) return Number(token);
    if (token === "true" || token === "false") return token === "true";
    if (peek() === "(") return call(token);
    if (/^[a-z]/i.test(token)) return lookUp(token);
    throw unknown(token === "" ? "its end" : token);
  }
  function call(name: string): Value {
    const ofStatus = statusFunctions[name];
    if (ofStatus === undefined) throw unknown(`${name}()`);
    expectToken("(");
    expectToken(")");
    return ofStatus(status);
  }
  function lookUp(path: string): Value {
    let value: unknown = contexts;
    for (const key of path.split(".")) {
      if (typeof value !== "object" || value === null || !(key in value)) throw unknown(path);
      value = (value as Record<string, unknown>)[key];
    }
    return value as Value;
  }

  const value = or();
  if (peek() !== undefined) throw unknown(next());
  return value;
}

function truthy(value: Value): boolean {
  return value !== null && value !== false && value !== "" && value !== 0;
}

/** GitHub compares texts without regard to case, and values of two types as numbers. */
function equal(one: Value, other: Value): boolean {
  if (typeof one === "string" && typeof other === "string") return one.toLowerCase() === other.toLowerCase();
  return typeof one === typeof other ? one === other : Number(one) === Number(other);
}
