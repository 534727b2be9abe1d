import * as pulumi from "@pulumi/pulumi";
import * as dgraphcloud from "pulumi-dgraphcloud";

const config = new pulumi.Config();

// The name of a dedicated backend of this account that has backups.
const production = dgraphcloud.getBackend({ name: config.require("production") });

const staging = new dgraphcloud.Backend("staging", {
  zone: config.get("zone") ?? "us-east-1",
  deploymentType: "dedicated",
  adoptExisting: true,
});

// Runs once. To copy production again, change the trigger: the preview then shows a replace that names it.
const copy = new dgraphcloud.Restore("copy-of-production", {
  target: staging,
  source: production.then(({ uid }) => uid),
  triggers: { copiedFor: config.get("copiedFor") ?? "the first time" },
  // The last moment for it, whatever becomes of the state: an hour from now is a good value.
  notAfter: config.get("notAfter") ?? "2100-01-01T00:00:00Z",
  timeouts: { create: "4h" },
});

export const graphqlEndpoint = staging.graphqlEndpoint;
export const restored = pulumi.interpolate`${copy.restoredFolder} number ${copy.restoredNum}`;
