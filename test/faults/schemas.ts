/** The schema of the program before the step of a row. */
export const schemaBefore = "type Author { id: ID! name: String age: Int }";
/** The schema of the step: a field is removed, which needs consent, and one is added. */
export const schemaAfter = "type Author { id: ID! name: String nick: String }";
export const consent = ["Author.age"];
/** What a user sends after Dgraph has made lists of both texts: lists stay lists. */
export const schemaOfLists = schemaAfter.replaceAll(": String", ": [String]");
