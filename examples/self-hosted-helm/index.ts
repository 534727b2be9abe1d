import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as dgraphcloud from "pulumi-dgraphcloud";

const config = new pulumi.Config();
const host = config.require("host"); // such as dgraph.example.com
const clusterAuthToken = config.requireSecret("authToken");

// Alpha answers /admin only to these addresses, here those of the ingress, and only with the token.
const security = new kubernetes.core.v1.Secret("dgraph-security", {
  stringData: { flag: pulumi.interpolate`whitelist=10.0.0.0/8;token=${clusterAuthToken}` },
});

const release = new kubernetes.helm.v3.Release("dgraph", {
  chart: "dgraph",
  repositoryOpts: { repo: "https://charts.dgraph.io" },
  values: {
    alpha: {
      extraEnvs: [
        {
          name: "DGRAPH_ALPHA_SECURITY",
          valueFrom: { secretKeyRef: { name: security.metadata.name, key: "flag" } },
        },
      ],
      ingress: { enabled: true, hostname: host, tls: [{ hosts: [host], secretName: "dgraph-tls" }] },
    },
  },
});

const cluster = new dgraphcloud.Provider("cluster", { clusterUrl: `https://${host}`, clusterAuthToken });

const shop = new dgraphcloud.GraphqlSchema(
  "shop",
  { schema: new pulumi.asset.FileAsset("schema.graphql") },
  { provider: cluster, dependsOn: release },
);

export const clusterId = shop.backend;
