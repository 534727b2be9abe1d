/** A schema with data, a change of it, and the questions afterwards. Then the first schema is sent again. */
export interface SchemaChangeCase {
  readonly title: string;
  readonly before: string;
  readonly data: readonly string[];
  readonly after: string;
  readonly questions: readonly string[];
}

const todo = "type Todo { x: Int }";

/** What becomes of predicates and data when a schema changes. Both kinds of database do the same, refusals included. */
export const schemaChanges: readonly SchemaChangeCase[] = [
  {
    title: "a field and a type removed, and put back",
    before: "type User { name: String age: Int @search } type Dog { tag: String }",
    data: [
      'mutation { addUser(input: [{ name: "a", age: 3 }]) { numUids } addDog(input: [{ tag: "t" }]) { numUids } }',
    ],
    after: "type User { name: String }",
    questions: ["{ queryUser { name } }", "{ queryUser { age } }"],
  },
  {
    title: "a field and a type renamed, with and without @dgraph",
    before: "type User { id: ID! nick: String other: String } type Dog { tag: String! }",
    data: [
      'mutation { addUser(input: [{ nick: "n", other: "o" }]) { numUids } addDog(input: [{ tag: "t" }]) { numUids } }',
    ],
    after: `type User { id: ID! handle: String @dgraph(pred: "User.nick") another: String } type Hound @dgraph(type: "Dog") { tag: String! }
      type Puppy { tag: String! }`,
    questions: ["{ queryUser { handle another } queryHound { tag } queryPuppy { tag } }"],
  },
  {
    title: "a new non-null field over old nodes",
    before: "type A { x: Int u: User } type User { n: String }",
    data: ['mutation { addA(input: [{ x: 1, u: { n: "a" } }]) { numUids } }'],
    after: "type A { x: Int u: User us: User! } type User { id: ID! n: String z: Int! zs: [Int!]! }",
    questions: [
      "{ queryA { x u { n } } }",
      "{ queryA { x u { n z } } }",
      "{ queryA { x us { n } } }",
      "{ queryUser { n z } }",
      "{ queryUser { n zs } }",
      'mutation { addUser(input: [{ n: "c" }]) { numUids } }',
      "{ queryUser { n } }",
    ],
  },
  {
    title: "single to list",
    before: `type User { n: String t: Todo } ${todo}`,
    data: ['mutation { addUser(input: [{ n: "a", t: { x: 1 } }]) { numUids } }'],
    after: `type User { n: [String] t: [Todo] } ${todo}`,
    questions: ["{ queryUser { n t { x } } }"],
  },
  {
    title: "list to single, over values",
    before: "type User { n: String tags: [String] }",
    data: [
      'mutation { addUser(input: [{ n: "a", tags: ["x", "y"] }]) { numUids } }',
      'mutation { addUser(input: [{ tags: ["z"] }]) { numUids } }',
    ],
    after: "type User { n: Int tags: String z: Int @search }",
    questions: ["{ queryUser { tags } }", "{ queryUser { n } }", "{ queryUser { z } }"],
  },
  {
    title: "list to single, over links",
    before: `type User { n: String t: [Todo] } ${todo}`,
    data: [
      'mutation { addUser(input: [{ n: "a", t: [{ x: 1 }, { x: 2 }] }]) { numUids } }',
      'mutation { addUser(input: [{ n: "b", t: [{ x: 1 }] }]) { numUids } }',
    ],
    after: `type User { n: String t: Todo } ${todo}`,
    questions: ["{ queryUser { n t { x } } }"],
  },
  {
    title: "list to single without values, which changes what stands before it",
    before: "type User { a: String tags: [String] c: Int }",
    data: ['mutation { addUser(input: [{ a: "1" }]) { numUids } }'],
    after: "type First { f: Int } type User { a: [String] tags: String z: Int c: [Int] } type New { x: Int }",
    questions: ["{ queryUser { a tags c } }"],
  },
  {
    title: "scalar to object, over values",
    before: `type User { n: String nick: String } ${todo}`,
    data: ['mutation { addUser(input: [{ n: "a", nick: "7" }]) { numUids } }'],
    after: `type User { n: String nick: Todo } ${todo}`,
    questions: ["{ queryUser { n nick { x } } }"],
  },
  {
    title: "object to scalar, over links",
    before: `type User { n: String nick: Todo } ${todo}`,
    data: ['mutation { addUser(input: [{ n: "a", nick: { x: 1 } }]) { numUids } }'],
    after: `type User { n: String nick: String } ${todo}`,
    questions: ["{ queryUser { n nick } }"],
  },
  {
    title: "String to a password",
    before: "type User { n: String! @id pw: String }",
    data: ['mutation { addUser(input: [{ n: "a" }]) { numUids } }'],
    after: 'type User @secret(field: "pw") { n: String! @id }',
    questions: ["{ queryUser { n } }"],
  },
  {
    title: "a password to String",
    before: 'type User @secret(field: "pw") { n: String! @id }',
    data: ['mutation { addUser(input: [{ n: "a", pw: "secret12" }]) { numUids } }'],
    after: "type User { n: String! @id pw: String }",
    questions: ["{ queryUser { n pw } }"],
  },
  {
    title: "a password removed, and kept under another name",
    before: 'type User @secret(field: "pw") { n: String! @id }',
    data: ['mutation { addUser(input: [{ n: "a", pw: "secret12" }]) { numUids } }'],
    after: 'type User @secret(field: "code", pred: "User.pw") { n: String! @id }',
    questions: ['{ checkUserPassword(n: "a", code: "secret12") { n } }'],
  },
  {
    title: "a union that loses a member, and @custom over values",
    before: "type A { id: ID! s: String u: U } type B { y: Int } type C { z: Int } union U = B | C",
    data: ['mutation { addA(input: [{ s: "x", u: { cRef: { z: 1 } } }]) { numUids } }'],
    after:
      'type A { id: ID! s: String @custom(http: { url: "http://127.0.0.1:1/$id", method: GET }) u: U } type B { y: Int } type C { z: Int } union U = B',
    questions: ["{ queryC { z } }"],
  },
  {
    title: "scalar to a list of objects and back, without values",
    before: `type User { n: String nick: String } ${todo}`,
    data: ['mutation { addUser(input: [{ n: "a" }]) { numUids } }'],
    after: `type User { n: String nick: [Todo] } ${todo}`,
    questions: ["{ queryUser { n nick { x } } }"],
  },
  {
    title: "String to Int, over text",
    before: "type A { s: String @search u: String b: B } type B { x: String }",
    data: [
      'mutation { addA(input: [{ s: "x", u: "u", b: { x: "q" } }]) { numUids } }',
      'mutation { addA(input: [{ s: "5" }]) { numUids } }',
    ],
    after: "type A { s: Int @search u: String b: B } type B { x: Int }",
    questions: [
      "{ queryA { s } }",
      "{ queryA { u b { x } } other: queryB { __typename } }",
      "{ aggregateA { sMax } }",
      "{ queryA(filter: { s: { eq: 5 } }) { s } }",
      "{ queryA(filter: { s: { ge: 0 } }) { u } }",
      "{ queryA(order: { asc: u }) { u } }",
    ],
  },
  {
    title: "other changes of scalar types",
    before: "type A { f: Float @search i: Int j: Int d: DateTime e: DateTime b: Boolean t: String g: Float k: Int }",
    data: [
      'mutation { addA(input: [{ f: 1.7, i: 4, j: 2, d: "2020-01-02T03:04:05Z", e: "2020-01-02T03:04:05.5Z", b: true, t: "2020-01-02", g: 2.5, k: 0 }]) { numUids } }',
    ],
    after: "type A { f: Int i: Float j: Boolean d: Int e: String b: Int t: DateTime g: String k: Boolean }",
    questions: ["{ queryA { f i j d e b t g k } }"],
  },
  {
    title: "an enum value removed",
    before: "enum C { A B } type User { n: String c: C cs: [C] must: C! }",
    data: [
      'mutation { addUser(input: [{ n: "a", c: A, cs: [B], must: A }]) { numUids } }',
      'mutation { addUser(input: [{ n: "b", c: B, must: B }]) { numUids } }',
    ],
    after: "enum C { A } type User { n: String c: C cs: [C] must: C! }",
    questions: ["{ queryUser { n c } }", "{ queryUser { n cs } }", "{ queryUser { n must } }"],
  },
  {
    title: "@id over duplicates, and @search changed",
    before: "type User { id: ID! email: String n: Int @search }",
    data: [
      'mutation { addUser(input: [{ email: "e" }]) { numUids } }',
      'mutation { addUser(input: [{ email: "e" }]) { numUids } }',
    ],
    after: "type User { id: ID! email: String @id @search(by: [term]) n: Int }",
    questions: [
      '{ getUser(email: "e") { email } }',
      "{ queryUser { email } }",
      'mutation { addUser(input: [{ email: "e" }]) { numUids } }',
      'mutation { addUser(input: [{ email: "f" }]) { numUids } }',
      "{ aggregateUser { count } }",
    ],
  },
  {
    title: "a field moved into an interface, and an interface implemented",
    before: "interface Named { id: ID! } type User implements Named { name: String k: Int } type Dog { tag: String }",
    data: ['mutation { addUser(input: [{ name: "a", k: 1 }]) { numUids } addDog(input: [{ tag: "t" }]) { numUids } }'],
    after:
      "interface Named { id: ID! name: String } type User implements Named { k: Int } type Dog implements Named { tag: String }",
    questions: ["{ queryUser { name k } queryNamed { name } queryDog { tag } }"],
  },
];

/** Documents for `/query` that both kinds of database answer in the same way. */
export const dqlSchema = `enum C { A B } interface Named { id: ID! name: String! }
  type User implements Named { email: String nick: String @search(by: [term]) n: Int f: Float b: Boolean d: DateTime tags: [String] c: C pet: Pet fr: [User] }
  type Pet implements Named { x: Int! }`;

export const dqlData = [
  'mutation { addUser(input: [{ name: "a", email: "x@y", nick: "12", n: 1, f: 1.5, b: true, d: "2020-01-02", tags: ["t", "u"], c: A, pet: { name: "p", x: 1 } }]) { numUids } }',
  'mutation { addUser(input: [{ name: "b", email: "x@y", nick: "n7", n: 1, b: false, tags: ["t"], c: B }]) { numUids } }',
  'mutation { addUser(input: [{ name: "c", email: "X", nick: "" }]) { numUids } }',
];

export const dqlDocuments: readonly string[] = [
  "{ a(func: has(User.email)) { count(uid) } b(func: type(User)) { count(uid) } c(func: type(Named)) { count(uid) } d(func: has(User.nope)) { count(uid) } e(func: type(Nope)) { count(uid) } }",
  "{ a(func: type(User)) @filter(NOT has(User.n)) { count(uid) } b(func: type(Named)) @filter(NOT type(User) AND has(Named.name)) { count(uid) } c(func: type(User)) @filter(not has(User.n) or has(User.n)) { count(uid) } }",
  '{ a(func: has(User.c)) @filter(eq(User.c, ["A", "Z"])) { count(uid) } }',
  '{ a(func: has(User.email)) @filter(NOT eq(User.email, ["x@y", "Z"])) { count(uid) } }',
  '{ a(func: has(User.email)) @filter(eq(User.email, "x@y", "X")) { count(uid) } }',
  "{ a(func: has(User.n)) @filter(eq(User.n, 1)) { count(uid) } }",
  '{ a(func: has(User.n)) @filter(eq(User.n, ["1", "2"])) { count(uid) } }',
  '{ a(func: has(User.n)) @filter(eq(User.n, "q")) { count(uid) } }',
  "{ a(func: has(User.b)) @filter(eq(User.b, true)) { count(uid) } }",
  '{ a(func: has(User.tags)) @filter(eq(User.tags, "u")) { count(uid) } }',
  "{ a(func: has(User.f)) @filter(eq(User.f, 1.5)) { count(uid) } }",
  '{ a(func: has(User.d)) @filter(eq(User.d, "2020-01-02")) { count(uid) } }',
  '{ a(func: has(User.email)) @filter(eq(User.nope, "2020")) { count(uid) } }',
  '{ a(func: type(User)) @filter(eq(User.pet, "a")) { count(uid) } }',
  "{ a(func: has(User.nick)) @filter(NOT regexp(User.nick, /^-?[0-9]+$/)) { count(uid) } }",
  "{ a(func: has(User.nick)) @filter(regexp(User.nick, /N7/i)) { count(uid) } }",
  "{ a(func: has(User.n)) @filter(regexp(User.n, /1/)) { count(uid) } }",
  "{ a(func: has(User.tags)) @filter(regexp(User.tags, /u/)) { count(uid) } }",
  "{ q(func: has(User.email)) @groupby(User.email) { count(uid) } }",
  "{ q(func: has(User.n)) @groupby(User.n) { count(uid) } r(func: has(User.nope)) @groupby(User.nope) { count(uid) } }",
  "{ d(func: has(User.d)) @groupby(User.d) { n: count(uid) } f(func: has(User.f)) @groupby(User.f) { count(uid) } }",
  "{ q(func: type(User)) @filter(has(User.n)) @groupby(User.email) { count(uid) } }",
  "{ q(func: has(<User.email>)) { n: count(uid) } }",
  "query x { q(func: has(User.email)) { count(uid) } }",
  "query { q(func: has(User.email)) { count(uid) } }",
  "{ q(func: has(User.email)) { count(uid) } q(func: has(User.n)) { count(uid) } }",
  '{ a(func: eq(dgraph.type, ["User", "Named", "Nope"])) { count(uid) } b(func: eq(dgraph.type, "Pet")) { count(uid) } c(func: eq(dgraph.type, 3)) { count(uid) } }',
  '{ a(func: eq(dgraph.type, "Named")) @filter(NOT eq(dgraph.type, ["User", "user"])) { count(uid) } b(func: has(User.n)) @filter(eq(dgraph.type, "Pet", "Named")) { count(uid) } }',
  '# a comment\n{ q(func: type("User")) { count(uid) } z(func: has(dgraph.type)) @filter(type(User)) { count(uid) } }',
  "{ q(func: has(User.email)) @filter(has(User.n) AND NOT (has(User.b) OR has(User.d))) { count(uid) } }",
  "{ q(func: has(User.email)) @filter(has(User.nope) OR has(User.b) AND has(User.nope)) { count(uid) } }",
  "schema {}",
  "schema { type }",
  "schema(pred: [User.n, nope]) { type index }",
  "schema(pred: <User.n>) {}",
  "schema(type: [User, Nope]) {}",
  "schema(type: User) {}",
  "schema(pred: []) {}",
];
