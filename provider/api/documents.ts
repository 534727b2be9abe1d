/** Every document this package sends to the control plane. A test validates each against the schema of the known API. */
export const controlDocuments = {
  login: "query Login($email: String!, $password: String!) { login(email: $email, password: $password) { token } }",
  deployments:
    "query Deployments { deployments { uid name zone url owner jwtToken deploymentMode deploymentType lambdaScript } }",
  // No other field of this answer is documented; the rest is read from the list.
  createDeployment:
    "mutation CreateDeployment($dep: NewDeployment!) { createDeployment(input: $dep) { uid name url owner jwtToken deploymentMode lambdaScript } }",
  updateDeployment: "mutation UpdateDeployment($dep: UpdateDeploymentInput!) { updateDeployment(input: $dep) }",
  deleteDeployment:
    "mutation DeleteDeployment($deploymentID: String!) { deleteDeployment(deploymentID: $deploymentID) }",
  updateLambda: "mutation UpdateLambda($input: UpdateLambdaInput!) { updateLambda(input: $input) }",
  getLambdaLogs: "query GetLambdaLogs($input: LambdaLogsInput!) { getLambdaLogs(input: $input) }",
} as const;

export type ControlOperation = keyof typeof controlDocuments;

/** Every document this package sends to a backend's own /admin/slash. Validated by the same test. */
export const dataDocuments = {
  restore:
    "mutation Restore($uid: String!, $backupFolder: String, $backupNum: Int) { restore(uid: $uid, backupFolder: $backupFolder, backupNum: $backupNum) { response { code message restoreId } errors { message } } }",
  restoreStatus:
    "query RestoreStatus($restoreId: Int!) { restoreStatus(restoreId: $restoreId) { response { status errors } } }",
  listBackups: "query ListBackups { listBackups { response { type backupNum folder timestamp } errors { message } } }",
  // The proxy in front of the engine accepts one argument of dropData at a time.
  dropAllData: "mutation DropAllData { dropData(allData: true) { response { code message } } }",
  dropAllDataAndSchema:
    "mutation DropAllDataAndSchema { dropData(allDataAndSchema: true) { response { code message } } }",
  dropTypes: "mutation DropTypes($types: [String!]) { dropData(types: $types) { response { code message } } }",
  dropFields: "mutation DropFields($fields: [String!]) { dropData(fields: $fields) { response { code message } } }",
  export: "mutation Export { export { signedUrls } }",
} as const;

export type DataDocument = keyof typeof dataDocuments;

/** Every document this package sends to a backend's /admin. Validated by the same test. */
export const adminDocuments = {
  getGQLSchema: "query GetGQLSchema { getGQLSchema { schema } }",
  getGeneratedSchema: "query GetGeneratedSchema { getGQLSchema { schema generatedSchema } }",
  updateGQLSchema:
    "mutation UpdateGQLSchema($schema: String!) { updateGQLSchema(input: { set: { schema: $schema } }) { gqlSchema { schema generatedSchema } } }",
} as const;

/** The fixed document this package sends to a backend's /query, in DQL: all predicates and types of the database. Counts are made as needed. */
export const dqlDocuments = { query: "schema {}" } as const;

/** All documents for backends, with the path that each is sent to. */
export const backendDocuments = {
  ...sentTo("/admin/slash", dataDocuments),
  ...sentTo("/admin", adminDocuments),
  ...sentTo("/query", dqlDocuments),
};

export type BackendDocument = keyof typeof backendDocuments;

function sentTo<Name extends string>(
  path: string,
  documents: Readonly<Record<Name, string>>,
): Record<Name, { readonly path: string; readonly text: string }> {
  const entries = Object.entries<string>(documents).map(([name, text]) => [name, { path, text }]);
  return Object.fromEntries(entries) as Record<Name, { path: string; text: string }>;
}
