import * as pulumi from "@pulumi/pulumi";
import * as dgraphcloud from "pulumi-dgraphcloud";

const config = new pulumi.Config();

// The cluster is a setting: pulumi config set dgraphcloud:clusterUrl http://127.0.0.1:8080
const shop = new dgraphcloud.GraphqlSchema("shop", {
  schema: new pulumi.asset.FileAsset("schema.graphql"),
  allow: config.getObject<string[]>("allow"),
});

// pulumi up --config night=$(date -u +%F). The same date backs up only once.
const night = config.get("night");
if (night !== undefined) {
  new dgraphcloud.Backup(
    "nightly",
    {
      // A folder that every Alpha has, or "s3:///bucket/folder", or "minio://host:9000/bucket/folder".
      destination: config.require("backups"),
      // On Sundays. The others are incremental: Dgraph can refuse one if nothing was written since the one before.
      full: new Date(night).getUTCDay() === 0,
      triggers: { night },
      timeouts: { create: "4h" },
    },
    { dependsOn: shop },
  );
}

export const cluster = shop.backend;
export const changes = shop.changes;
