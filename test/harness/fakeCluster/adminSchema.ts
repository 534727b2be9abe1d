import { buildSchema } from "graphql";

/** The part of Dgraph's admin schema that the fake cluster answers. `test/cluster/fakeParity.test.ts` compares it with a real Dgraph. */
export const adminSchema = buildSchema(`
  scalar UInt64
  scalar Int64
  scalar DateTime

  type GQLSchema { id: ID! schema: String! generatedSchema: String! }
  type NodeState {
    instance: String address: String status: String group: String version: String uptime: Int64 lastEcho: Int64
    ongoing: [String] indexing: [String] ee_features: [String]
  }
  type Member { id: UInt64 groupId: UInt64 addr: String leader: Boolean amDead: Boolean }
  type Tablet { groupId: UInt64 predicate: String }
  type ClusterGroup { id: UInt64 members: [Member] tablets: [Tablet] }
  type MembershipState { counter: UInt64 groups: [ClusterGroup] cid: String namespaces: [UInt64] }
  enum TaskStatus { Queued Running Failed Success Unknown }
  enum TaskKind { Backup Export Unknown }
  type TaskPayload { kind: TaskKind status: TaskStatus lastUpdated: DateTime }
  input TaskInput { id: String! }
  type BackupGroup { groupId: UInt64 predicates: [String] }
  type Manifest {
    backupId: String backupNum: UInt64 encrypted: Boolean groups: [BackupGroup] path: String since: UInt64 type: String
  }
  input ListBackupsInput {
    location: String! accessKey: String secretKey: String sessionToken: String anonymous: Boolean
    fullManifest: Boolean
  }

  type Query {
    getGQLSchema: GQLSchema
    health: [NodeState]
    state: MembershipState
    task(input: TaskInput!): TaskPayload
    listBackups(input: ListBackupsInput!): [Manifest]
  }

  input GQLSchemaPatch { schema: String! }
  input UpdateGQLSchemaInput { set: GQLSchemaPatch! }
  type UpdateGQLSchemaPayload { gqlSchema: GQLSchema }
  type LoginResponse { accessJWT: String refreshJWT: String }
  type LoginPayload { response: LoginResponse }
  type Response { code: String message: String }
  input BackupInput {
    destination: String! accessKey: String secretKey: String sessionToken: String anonymous: Boolean forceFull: Boolean
  }
  type BackupPayload { response: Response taskId: String }
  input RestoreInput {
    location: String! backupId: String backupNum: Int incrementalFrom: Int isPartial: Boolean encryptionKeyFile: String
    accessKey: String secretKey: String sessionToken: String anonymous: Boolean
  }
  type RestorePayload { code: String message: String }
  input ResetPasswordInput { userId: String! password: String! namespace: Int! }
  type User { name: String! }
  input StringHashFilter { eq: String }
  input UserFilter { name: StringHashFilter }
  input UserPatch { password: String }
  input UpdateUserInput { filter: UserFilter! set: UserPatch }
  type AddUserPayload { user: [User] }
  type ResetPasswordPayload { userId: String message: String namespace: UInt64 }

  type Mutation {
    updateGQLSchema(input: UpdateGQLSchemaInput!): UpdateGQLSchemaPayload
    login(userId: String, password: String, namespace: Int, refreshToken: String): LoginPayload
    backup(input: BackupInput!): BackupPayload
    restore(input: RestoreInput!): RestorePayload
    updateUser(input: UpdateUserInput!): AddUserPayload
    resetPassword(input: ResetPasswordInput!): ResetPasswordPayload
  }
`);
