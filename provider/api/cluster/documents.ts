import { adminDocuments } from "../documents";

/** Every document this package sends to the /admin of a cluster. A test on a real Dgraph sends each of them. */
export const clusterDocuments = {
  ...adminDocuments,
  state: "query State { state { cid } }",
  // Without the text, which may be long.
  readiness: "query Readiness { getGQLSchema { id } }",
  health: "query Health { health { instance address status } }",
  login:
    "mutation Login($user: String!, $password: String!, $namespace: Int!) { login(userId: $user, password: $password, namespace: $namespace) { response { accessJWT } } }",
  updateUser:
    "mutation UpdateUser($name: String!, $password: String!) { updateUser(input: { filter: { name: { eq: $name } }, set: { password: $password } }) { user { name } } }",
  listBackups:
    "query ListBackups($input: ListBackupsInput!) { listBackups(input: $input) { backupId backupNum type encrypted path groups { groupId predicates } } }",
  restore: "mutation Restore($input: RestoreInput!) { restore(input: $input) { code message } }",
  backup: "mutation Backup($input: BackupInput!) { backup(input: $input) { response { code message } taskId } }",
  task: "query Task($id: String!) { task(input: { id: $id }) { status } }",
} as const;

export type ClusterDocument = keyof typeof clusterDocuments;
