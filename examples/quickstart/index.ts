import * as pulumi from "@pulumi/pulumi";
import * as dgraphcloud from "pulumi-dgraphcloud";

const config = new pulumi.Config();

const orders = new dgraphcloud.Backend("orders", {
  name: config.get("name"),
  zone: config.get("zone") ?? "us-east-1",
  deploymentType: "dedicated",
});

// pulumi config set schema schema.graphql && pulumi up
const schema = config.get("schema");
if (schema !== undefined) {
  new dgraphcloud.GraphqlSchema("orders", {
    backend: orders,
    schema: new pulumi.asset.FileAsset(schema),
  });
}

export const uid = orders.uid;
export const url = orders.url;
export const graphqlEndpoint = orders.graphqlEndpoint;
export const jwtToken = orders.jwtToken;
