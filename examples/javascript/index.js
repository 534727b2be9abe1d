const pulumi = require("@pulumi/pulumi");
const dgraphcloud = require("pulumi-dgraphcloud");

const shop = new dgraphcloud.Environment("shop", {
  zone: new pulumi.Config().get("zone") ?? "us-east-1",
  deploymentType: "free",
  schema: new pulumi.asset.FileAsset("schema.graphql"),
});

exports.graphqlEndpoint = shop.graphqlEndpoint;
exports.jwtToken = shop.jwtToken;
