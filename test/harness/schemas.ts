/** A schema as an application has it, and a change of it that keeps all data. */
export interface SampleSchema {
  readonly name: string;
  readonly schema: string;
  /** Text in the schema, and what replaces it in the next version. */
  readonly change: readonly [string, string];
}

const todo = `
type Task @auth(
  query: { rule: "query($USER: String!) { queryTask { user(filter: { username: { eq: $USER } }) { username } } }" }
  add: { rule: "query($USER: String!) { queryTask { user(filter: { username: { eq: $USER } }) { username } } }" }
) {
  id: ID!
  title: String! @search(by: [fulltext])
  completed: Boolean! @search
  user: User!
}

type User {
  username: String! @id
  name: String @search(by: [exact])
  tasks: [Task] @hasInverse(field: user)
}

# Dgraph.Authorization {"VerificationKey":"a-key-of-the-tests","Header":"X-Auth","Namespace":"https://example.com/claims","Algo":"HS256"}
`;

const shop = `
interface Product {
  id: ID!
  sku: String! @id
  title: String! @search(by: [term, trigram])
  price: Float! @search
  reviews: [Review!] @hasInverse(field: about)
}

type Book implements Product { isbn: String @search(by: [hash]) pages: Int }
type Game implements Product { players: Int @search rating: Rating }

enum Rating { ALL TEEN ADULT }

type Review {
  id: ID!
  about: Product!
  stars: Int! @search
  text: String
  at: DateTime! @search(by: [day])
}

type Order {
  number: Int64! @id
  lines: [OrderLine!]!
  place: Point @search
}

type OrderLine { product: Product! count: Int! }

union Found = Book | Game
type Basket { id: ID! holds: [Found] }
`;

const forum = `
type Member @secret(field: "password") @dgraph(type: "forum.member") {
  handle: String! @id
  bio: String @dgraph(pred: "forum.bio") @search(by: [fulltext])
  posts: [Post] @hasInverse(field: author)
}

type Category { id: ID! name: String! @id posts: [Post] @hasInverse(field: category) }

type Post @withSubscription @generate(query: { aggregate: true }, subscription: true) {
  id: ID!
  title: String! @search(by: [term])
  tags: [String!] @search(by: [hash])
  author: Member!
  category: Category!
  replies: [Reply] @hasInverse(field: post)
  createdAt: DateTime! @default(add: { value: "$now" }) @search(by: [hour])
}

type Reply { id: ID! post: Post! text: String! author: Member! }
`;

const subgraph = `
type Mission {
  id: ID!
  crew: [Astronaut] @provides(fields: "name")
  designation: String!
  startDate: String @search
}

extend type Astronaut @key(fields: "id") {
  id: ID! @external
  name: String @external
  isActive: Boolean
}
`;

const lambdas = `
type Author {
  id: ID!
  name: String! @search(by: [hash])
  dob: DateTime
  age: Int @lambda
}

type Query { authorsNamed(name: String!): [Author] @lambda }
type Mutation { newAuthor(name: String!): ID! @lambda }
`;

const custom = `
type Weather @remote { city: String temperature: Float }
type City {
  id: ID!
  name: String! @search(by: [exact])
  weather: Weather @custom(http: { url: "http://127.0.0.1:1/weather/$name", method: GET, skipIntrospection: true })
}
type Query {
  biggest: [City] @custom(dql: """query { biggest(func: type(City), first: 3) { name: City.name } }""")
}
`;

export const sampleSchemas: readonly SampleSchema[] = [
  { name: "a todo list with auth", schema: todo, change: ["completed: Boolean!", "note: String completed: Boolean!"] },
  { name: "a shop", schema: shop, change: ["pages: Int", "pages: Int weight: Float"] },
  { name: "a forum", schema: forum, change: ["text: String!", "text: String! editedAt: DateTime"] },
  {
    name: "a federation subgraph",
    schema: subgraph,
    change: ["designation: String!", "designation: String! code: Int"],
  },
  {
    name: "one with lambdas",
    schema: lambdas,
    change: ["dob: DateTime", "dob: DateTime email: String"],
  },
  { name: "one with custom logic", schema: custom, change: ["name: String!", "country: String name: String!"] },
];

/** A schema of many types, each with a few fields and a reference to the next one. */
export function largeSchema(types: number): string {
  return Array.from({ length: types }, (_, index) => {
    const next = index + 1 < types ? ` next: T${index + 1}` : "";
    return `type T${index} { id: ID! name: String! @search(by: [hash]) note${index}: String count: Int tags: [String]${next} }\n`;
  }).join("");
}
