"use strict";

/** What a Backend has beside its inputs: texts of the same lengths. */
const outputs = {
  url: "127.0.0.1:44453",
  graphqlEndpoint: "http://127.0.0.1:44453/graphql",
  adminEndpoint: "http://127.0.0.1:44453/admin",
  jwtToken: "x".repeat(160),
  owner: "dev@example.com",
  deploymentMode: "graphql",
  lambdaScript: "",
};
let created = 0;

/** A provider that answers at once, and does nothing. */
exports.check = async (olds, inputs) => ({ inputs: { name: "backend-0-5db18e5", ...inputs } });
exports.diff = async (id, olds, news) => ({ changes: olds.name !== news.name });
exports.create = async (inputs) => ({ id: `0x${(0x42 + created++).toString(16)}`, outs: { ...inputs, ...outputs } });
exports.read = async (id, props) => ({ id, props });
exports.update = async (id, olds, news) => ({ outs: { ...news, ...outputs } });
exports.delete = async () => undefined;
