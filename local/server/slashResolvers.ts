import type { ExecutionResult } from "graphql";
import type { Backend } from "../cloud/backend";
import { CallerError } from "../cloud/callerError";
import type { Cloud } from "../cloud/cloud";
import type { Deployment } from "../cloud/deployment";
import type { Drop } from "../cloud/engine";
import type { GraphqlBody } from "../graphql/body";
import { execute } from "../graphql/execute";
import { schemas } from "../graphql/schemas";
import { sleep } from "./pipeline";

/** Executes a document on `/admin/slash` of one backend. */
export function executeSlash(cloud: Cloud, backend: Backend, body: GraphqlBody): Promise<ExecutionResult> {
  const success = (message: string): { code: string; message: string } => ({ code: "Success", message });
  return execute(
    schemas.slash,
    {
      restore: ({ uid, backupFolder, backupNum }: RestoreArgs) =>
        errorsInPayload(async () => {
          const source = await sourceOf(cloud, backend.deployment, uid);
          const backup = await source.findBackup(backupFolder ?? "", backupNum ?? 0);
          const restoreId = await backend.startRestore(source, backup);
          return { response: { ...success("Restore operation started."), restoreId }, errors: null };
        }),
      restoreStatus: ({ restoreId }: { restoreId: number }) => ({ response: backend.restoreStatus(restoreId) }),
      listBackups: () => errorsInPayload(async () => ({ response: await backend.listBackups(), errors: [] })),
      dropData: async (args: DropArgs) => {
        await backend.engine.drop(dropOf(args));
        await sleep(cloud.behaviour.dropMs);
        return { response: success("Done") };
      },
      export: async () => ({
        signedUrls: (await backend.export()).map((path) => `http://${backend.deployment.url}${path}`),
      }),
      freeze: () => "Success",
    },
    body,
  );
}

interface RestoreArgs {
  readonly uid: string;
  readonly backupFolder?: string | null;
  readonly backupNum?: number | null;
}

interface DropArgs {
  readonly allData?: boolean | null;
  readonly allDataAndSchema?: boolean | null;
  readonly types?: readonly string[] | null;
  readonly fields?: readonly string[] | null;
}

/** Some operations of the data plane report a mistake of the caller inside their payload. */
async function errorsInPayload<T>(
  act: () => Promise<T>,
): Promise<T | { response: null; errors: { message: string }[] }> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof CallerError)) throw error;
    return { response: null, errors: [{ message: error.message }] };
  }
}

/** The backend to restore from, which must have the same owner as the target. */
async function sourceOf(cloud: Cloud, target: Deployment, uid: string): Promise<Backend> {
  const source = cloud.backend(uid);
  if (source?.deployment.owner !== target.owner) throw new CallerError(`no deployment ${uid}`);
  await source.advance();
  return source;
}

function dropOf({ allData, allDataAndSchema, types, fields }: DropArgs): Drop {
  const asked = [allData === true, allDataAndSchema === true, types != null, fields != null].filter(Boolean).length;
  if (asked !== 1) throw new CallerError("dropData takes one of allData, allDataAndSchema, types and fields");
  if (allData === true) return { what: "allData" };
  if (allDataAndSchema === true) return { what: "allDataAndSchema" };
  return types != null ? { what: "types", names: types } : { what: "fields", names: fields ?? [] };
}
