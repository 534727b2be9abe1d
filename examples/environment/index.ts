import * as pulumi from "@pulumi/pulumi";
import * as dgraphcloud from "pulumi-dgraphcloud";

const shop = new dgraphcloud.Environment("shop", {
  zone: new pulumi.Config().get("zone") ?? "us-east-1",
  deploymentType: "free",
  schema: new pulumi.asset.FileAsset("schema.graphql"),
});

// What uses these waits until the schema is there.
export const graphqlEndpoint = shop.graphqlEndpoint;
export const jwtToken = shop.jwtToken;
