/** Every document this package sends to the control plane. A test validates each against the schema of the known API. */
export const controlDocuments = {
  login: "query Login($email: String!, $password: String!) { login(email: $email, password: $password) { token } }",
  deployments:
    "query Deployments { deployments { uid name zone url owner jwtToken deploymentMode deploymentType lambdaScript } }",
  // Documented answers of createDeployment hold no more than this; the rest is read from the list.
  createDeployment:
    "mutation CreateDeployment($dep: NewDeployment!) { createDeployment(input: $dep) { uid name url owner jwtToken deploymentMode lambdaScript } }",
  updateDeployment: "mutation UpdateDeployment($dep: UpdateDeploymentInput!) { updateDeployment(input: $dep) }",
  deleteDeployment:
    "mutation DeleteDeployment($deploymentID: String!) { deleteDeployment(deploymentID: $deploymentID) }",
  updateLambda: "mutation UpdateLambda($input: UpdateLambdaInput!) { updateLambda(input: $input) }",
} as const;

export type ControlOperation = keyof typeof controlDocuments;
