import type { ExecutionResult } from "graphql";
import type { Backend } from "../cloud/backend";
import type { Cloud, DeploymentUpdate, NewDeployment } from "../cloud/cloud";
import { CallerError, type Deployment, subdomainOf } from "../cloud/deployment";
import { discreet } from "./redactedAnswers";
import type { Drop, GraphqlBody } from "../engines/engine";
import { sleep } from "../http/pipeline";
import { execute } from "./execute";
import type { Account } from "../cloud/options";
import { shownOrganization } from "../cloud/organizations";
import { schemas } from "./schemas";

/** The control plane for one caller; without an account everything but the log-in answers null. */
export async function controlPlane(
  cloud: Cloud,
  account: Account | undefined,
  body: GraphqlBody,
): Promise<ExecutionResult> {
  const forAccount =
    <Args, Result>(act: (account: Account, args: Args) => Result) =>
    (args: Args): Result | null =>
      account === undefined ? null : act(account, args);
  const result = await execute(
    schemas.control,
    {
      login: ({ email, password }: { email: string; password: string }) => {
        const token = cloud.login(email, password);
        return token === null ? null : { token };
      },
      deployments: forAccount((caller) =>
        cloud.deploymentsOf(caller).map((deployment) => ({ ...deployment, subdomain: subdomainOf(deployment) })),
      ),
      createDeployment: forAccount((caller, { input }: { input: NewDeployment }) =>
        cloud.createDeployment(caller, input),
      ),
      updateDeployment: forAccount((caller, { input }: { input: DeploymentUpdate }) => {
        cloud.updateDeployment(caller, input);
        return "Successfully Updated the backend";
      }),
      deleteDeployment: forAccount(async (caller, { deploymentID }: { deploymentID: string }) => {
        await cloud.deleteDeployment(caller, deploymentID);
        return "Successfully deleted the Deployment";
      }),
      updateLambda: forAccount((caller, { input }: { input: { deploymentID: string; lambdaScript: string } }) => {
        cloud.updateLambda(caller, input.deploymentID, input.lambdaScript);
        return "Successfully added the lambda function";
      }),
      getLambdaLogs: forAccount((caller, { input }: { input: { deploymentID: string } }) =>
        cloud.lambdaLogs(caller, input.deploymentID),
      ),
      organizations: forAccount((caller) => cloud.organizations.of(caller).map(shownOrganization)),
      createOrganization: forAccount((caller, { input }: { input: { name: string } }) =>
        shownOrganization(cloud.organizations.create(caller, input.name)),
      ),
      addOrganizationMember: forAccount((caller, { input }: { input: { organizationUID: string; email: string } }) =>
        shownOrganization(cloud.organizations.changeMember(caller, input.organizationUID, input.email, "add")),
      ),
      deleteOrganizationMember: forAccount(
        (caller, { input }: { input: { organizationUID: string; memberEmail: string } }) =>
          shownOrganization(
            cloud.organizations.changeMember(caller, input.organizationUID, input.memberEmail, "remove"),
          ),
      ),
    },
    body,
  );
  return discreet(body, result);
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

/** /admin/slash of one backend. */
export function slashPlane(cloud: Cloud, backend: Backend, body: GraphqlBody): Promise<ExecutionResult> {
  const success = (message: string): { code: string; message: string } => ({ code: "Success", message });
  return execute(
    schemas.slash,
    {
      restore: ({ uid, backupFolder, backupNum }: RestoreArgs) =>
        inPayload(async () => {
          const source = await accessible(cloud, backend.deployment, uid);
          const backup = await source.findBackup(backupFolder ?? "", backupNum ?? 0);
          const restoreId = await backend.startRestore(source, backup);
          return { response: { ...success("Restore operation started."), restoreId }, errors: null };
        }),
      restoreStatus: ({ restoreId }: { restoreId: number }) => ({ response: backend.restoreStatus(restoreId) }),
      listBackups: () => inPayload(async () => ({ response: await backend.listBackups(), errors: [] })),
      dropData: async (args: DropArgs) => {
        await backend.engine.drop(wanted(args));
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

/** The data plane tells of some mistakes inside the field. */
async function inPayload<T>(act: () => Promise<T>): Promise<T | { response: null; errors: { message: string }[] }> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof CallerError)) throw error;
    return { response: null, errors: [{ message: error.message }] };
  }
}

/** A source of the same owner: another account's backups are none of the target's business. */
async function accessible(cloud: Cloud, target: Deployment, uid: string): Promise<Backend> {
  const source = cloud.backend(uid);
  if (source?.deployment.owner !== target.owner) throw new CallerError(`no deployment ${uid}`);
  await source.advance();
  return source;
}

function wanted({ allData, allDataAndSchema, types, fields }: DropArgs): Drop {
  const asked = [allData === true, allDataAndSchema === true, types != null, fields != null].filter(Boolean).length;
  if (asked !== 1) throw new CallerError("dropData takes one of allData, allDataAndSchema, types and fields");
  if (allData === true) return { what: "allData" };
  if (allDataAndSchema === true) return { what: "allDataAndSchema" };
  return types != null ? { what: "types", names: types } : { what: "fields", names: fields ?? [] };
}
