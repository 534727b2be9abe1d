import * as pulumi from "@pulumi/pulumi";
// From "pulumi-dgraphcloud" the same program runs on the dynamic provider, and needs no `plugins` in Pulumi.yaml.
import * as dgraphcloud from "pulumi-dgraphcloud/plugin";

const config = new pulumi.Config();

const shop = new dgraphcloud.Backend("shop", {
  name: config.get("name") ?? "shop",
  zone: config.get("zone") ?? "us-east-1",
  deploymentType: "free",
});

const schema = new dgraphcloud.GraphqlSchema("shop", {
  backend: shop,
  schema: new pulumi.asset.FileAsset("schema.graphql"),
});

export const graphqlEndpoint = shop.graphqlEndpoint;
export const jwtToken = shop.jwtToken;
export const changes = schema.changes;
