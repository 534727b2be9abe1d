import * as pulumi from "@pulumi/pulumi";
import * as dgraphcloud from "pulumi-dgraphcloud";

const config = new pulumi.Config();

// A Provider is a connection, here one for each cluster.
const production = new dgraphcloud.Provider("production", { clusterUrl: config.require("production") });
const staging = new dgraphcloud.Provider("staging", { clusterUrl: config.require("staging") });

// Runs once. To copy again, change the trigger: the preview then shows a replace that names it.
const backup = new dgraphcloud.Backup(
  "production",
  {
    destination: config.require("backups"),
    full: true,
    triggers: { copiedFor: config.get("copiedFor") ?? "the first time" },
  },
  { provider: production },
);

const copy = new dgraphcloud.Restore(
  "staging",
  {
    // When the backup runs again, so does the restore.
    backup,
    // The host of staging, such as "staging.example.com". It is written again here, so that a mistake in the address is found.
    confirm: config.require("confirm"),
    // The last moment for it, whatever becomes of the state: an hour from now is a good value.
    notAfter: config.get("notAfter") ?? "2100-01-01T00:00:00Z",
  },
  { provider: staging },
);

export const restored = pulumi.interpolate`${copy.restoredBackupId} number ${copy.restoredNum}`;
export const confirmed = copy.confirmed;
