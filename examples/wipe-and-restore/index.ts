import * as pulumi from "@pulumi/pulumi";
import * as dgraphcloud from "pulumi-dgraphcloud";

const config = new pulumi.Config();

// The last moment for a wipe or a restore, whatever becomes of the state: an hour from now is a good value.
const notAfter = config.get("notAfter") ?? "2100-01-01T00:00:00Z";

const staging = new dgraphcloud.Backend("staging", {
  name: "staging",
  zone: config.get("zone") ?? "us-east-1",
  deploymentType: "dedicated",
});

// pulumi config set wipe "before release 12" && pulumi up. Another text wipes again.
const wipe = config.get("wipe");
if (wipe !== undefined) {
  new dgraphcloud.DataDrop("wipe", {
    backend: staging,
    allData: true,
    // Refused in the preview when the backend is called otherwise.
    confirm: "staging",
    triggers: { wipe },
    notAfter,
  });
}

// pulumi config set backupFolder 2026-47 && pulumi config set backupNum 3 && pulumi up
const backupFolder = config.get("backupFolder");
if (backupFolder !== undefined) {
  new dgraphcloud.Restore("undo", {
    target: staging,
    source: staging,
    backupFolder,
    backupNum: config.getNumber("backupNum"),
    confirm: "staging",
    notAfter,
  });
}

export const uid = staging.uid;
export const graphqlEndpoint = staging.graphqlEndpoint;
export const adminEndpoint = staging.adminEndpoint;
export const jwtToken = staging.jwtToken;
