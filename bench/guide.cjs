"use strict";
/* global process */
// A provider as Pulumi's guide to dynamic providers shows it: an object whose functions are serialised into the state, and one request for
// each operation.
const pulumi = require("@pulumi/pulumi");

async function send(query, variables) {
  const { default: fetch } = require("node-fetch");
  const answer = await fetch(process.env.DGRAPHCLOUD_ENDPOINT, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${process.env.DGRAPHCLOUD_TOKEN}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await answer.json();
  if (errors !== undefined) throw new Error(errors[0].message);
  return data;
}

const provider = {
  async create({ name, zone, deploymentType }) {
    const { createDeployment } = await send(
      "mutation Create($dep: NewDeployment!) { createDeployment(input: $dep) { uid url owner jwtToken deploymentMode } }",
      { dep: { name, zone, deploymentType } },
    );
    const { uid, ...outputs } = createDeployment;
    return { id: uid, outs: { name, zone, deploymentType, ...outputs } };
  },
  async read(id, props) {
    const { deployments } = await send(
      "query List { deployments { uid name zone deploymentType url owner jwtToken deploymentMode } }",
      {},
    );
    const found = deployments.find(({ uid }) => uid === id);
    if (found === undefined) return {};
    const { uid, ...outputs } = found;
    return { id: uid, props: { ...props, ...outputs } };
  },
  async diff(id, olds, news) {
    const replaces = ["zone", "deploymentType"].filter((name) => olds[name] !== news[name]);
    return { changes: replaces.length > 0 || olds.name !== news.name, replaces };
  },
  async update(id, olds, news) {
    await send("mutation Update($dep: UpdateDeploymentInput!) { updateDeployment(input: $dep) }", {
      dep: { uid: id, name: news.name },
    });
    return { outs: { ...olds, ...news } };
  },
  async delete(id) {
    await send("mutation Delete($id: String!) { deleteDeployment(deploymentID: $id) }", { id });
  },
};

exports.Backend = class Backend extends pulumi.dynamic.Resource {
  constructor(name, args) {
    const outputs = { url: undefined, owner: undefined, jwtToken: undefined, deploymentMode: undefined };
    super(provider, name, { ...outputs, name, ...args }, { additionalSecretOutputs: ["jwtToken"] });
  }
};
