import type { ExecutionResult } from "graphql";
import type { Cloud } from "../cloud/cloud";
import { type DeploymentUpdate, type NewDeployment, subdomainOf } from "../cloud/deployment";
import type { Account } from "../cloud/options";
import { apiOrganization } from "../cloud/organizations";
import type { GraphqlBody } from "../graphql/body";
import { execute } from "../graphql/execute";
import { redactLogin } from "../graphql/redactLogin";
import { schemas } from "../graphql/schemas";

/** Executes a document on the control plane for one caller. Without an account, every field but `login` is null. */
export async function executeControl(
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
      organizations: forAccount((caller) => cloud.organizations.of(caller).map(apiOrganization)),
      createOrganization: forAccount((caller, { input }: { input: { name: string } }) =>
        apiOrganization(cloud.organizations.create(caller, input.name)),
      ),
      addOrganizationMember: forAccount((caller, { input }: { input: { organizationUID: string; email: string } }) =>
        apiOrganization(cloud.organizations.changeMember(caller, input.organizationUID, input.email, "add")),
      ),
      deleteOrganizationMember: forAccount(
        (caller, { input }: { input: { organizationUID: string; memberEmail: string } }) =>
          apiOrganization(cloud.organizations.changeMember(caller, input.organizationUID, input.memberEmail, "remove")),
      ),
    },
    body,
  );
  return redactLogin(body, result);
}
