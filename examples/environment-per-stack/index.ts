import * as pulumi from "@pulumi/pulumi";
import * as dgraphcloud from "pulumi-dgraphcloud";

const config = new pulumi.Config();

// pulumi stack init staging && pulumi up; pulumi stack init production && pulumi up
const stack = pulumi.getStack();
const isProduction = stack === "production";

const shop = new dgraphcloud.Environment("shop", {
  name: `shop-${stack}`,
  zone: config.get("zone") ?? "us-east-1",
  deploymentType: isProduction ? "dedicated" : "free",
  schema: new pulumi.asset.FileAsset("schema.graphql"),
  // To delete production: pulumi config set protected false && pulumi up, and then pulumi destroy.
  deletionProtection: config.getBoolean("protected") ?? isProduction,
});

export const name = shop.backend.name;
export const graphqlEndpoint = shop.graphqlEndpoint;
export const jwtToken = shop.jwtToken;
