import * as pulumi from "@pulumi/pulumi";
import * as dgraphcloud from "pulumi-dgraphcloud";

const config = new pulumi.Config();

// In a program of your own there is one file, which changes. Here each state has one:
// - first
// - removed: a field is gone. The preview refuses it and names the line to add. Values stay, and nothing can read them.
// - renamed: the field has another name, and @dgraph(pred:) keeps its values. Needs no consent.
const version = config.get("version") ?? "first";

const shop = new dgraphcloud.Environment("shop", {
  zone: config.get("zone") ?? "us-east-1",
  deploymentType: "free",
  schema: new pulumi.asset.FileAsset(`schemas/${version}.graphql`),
  // pulumi config set --path "allow[0]" Customer.phone
  allow: config.getObject<string[]>("allow"),
});

export const changes = shop.schema.changes;
export const graphqlEndpoint = shop.graphqlEndpoint;
export const jwtToken = shop.jwtToken;
