import * as pulumi from "@pulumi/pulumi";
import * as dgraphcloud from "pulumi-dgraphcloud";

const config = new pulumi.Config();

// The name of a dedicated backend of this account that has backups.
const production = dgraphcloud.getBackend({ name: config.require("production") });

// For pull request 12: pulumi stack init pr-12 && pulumi up. When it is closed: pulumi destroy.
const review = new dgraphcloud.Environment("review", {
  name: `shop-${pulumi.getStack()}`,
  zone: config.get("zone") ?? "us-east-1",
  deploymentType: "dedicated",
  // If a run is killed, the next one continues with its backend.
  adoptExisting: true,
  seed: {
    source: production.then(({ uid }) => uid),
    // Restored once. To copy production again: pulumi config set copy again && pulumi up
    triggers: { copy: config.get("copy") ?? "the first time" },
  },
  // The schema of the pull request. What it takes away from production's schema needs consent:
  // pulumi config set --path "allow[0]" Product.price
  schema: new pulumi.asset.FileAsset("schema.graphql"),
  allow: config.getObject<string[]>("allow"),
});

export const graphqlEndpoint = review.graphqlEndpoint;
export const jwtToken = review.jwtToken;
