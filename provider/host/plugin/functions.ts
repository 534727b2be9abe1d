import {
  findBackend,
  listBackends,
  listBackups,
  listClusterBackups,
  listLambdaLogs,
  readGraphqlSchema,
} from "../../functions";
import { holdsSecret } from "../../schema/secretLines";
import type { ObjectStoreCredentials } from "../../types";
import type { Values } from "../../resource/values";
import type { Properties } from "./properties";
import type { StackSettings } from "../../api/settings";

/** The functions of the package by their names, each with the arguments of the function of the sdk that has its name. */
const functions: Readonly<Record<string, (stack: StackSettings, args: Values) => Promise<Properties>>> = {
  async getBackend(stack, { uid, name }) {
    const found = await findBackend(stack, { uid: optionalText(uid), name: optionalText(name) });
    return { values: { ...found }, secrets: ["jwtToken"] };
  },
  async getBackends(stack) {
    return { values: { backends: await listBackends(stack) }, secrets: ["backends"] };
  },
  async getBackups(stack, { uid, location, credentials }) {
    const backups =
      location === undefined
        ? await listBackups(stack, requiredText(uid))
        : await listClusterBackups(stack, {
            location: requiredText(location),
            credentials: credentials as ObjectStoreCredentials | undefined,
          });
    return { values: { backups }, secrets: [] };
  },
  async getGraphqlSchema(stack, { backend }) {
    const found = await readGraphqlSchema(stack, optionalText(backend));
    return { values: { ...found }, secrets: holdsSecret(found.schema) ? ["schema"] : [] };
  },
  async getLambdaLogs(stack, { backend, start, end }) {
    const period = { start: optionalText(start), end: optionalText(end) };
    return {
      values: { logs: await listLambdaLogs(stack, { backend: requiredText(backend), ...period }) },
      secrets: [],
    };
  },
};

/** Calls a function by its token, like "dgraphcloud:index:getBackend". */
export async function callFunction(token: string, stack: StackSettings, args: Values): Promise<Properties> {
  const call = functions[token.replace(/^dgraphcloud:index:/, "")];
  if (call === undefined) throw new Error(`dgraphcloud has no function "${token}"`);
  return call(stack, args);
}

/** The schema says that these arguments are texts, and the generated sdks keep to it. */
function requiredText(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function optionalText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
