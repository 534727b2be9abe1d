import * as pulumi from "@pulumi/pulumi";
import * as dgraphcloud from "pulumi-dgraphcloud";

const config = new pulumi.Config();

const orders = new dgraphcloud.Backend("orders", {
  name: config.get("name"),
  zone: config.get("zone") ?? "us-east-1",
  deploymentType: "dedicated",
});

export const uid = orders.uid;
export const url = orders.url;
export const graphqlEndpoint = orders.graphqlEndpoint;
export const jwtToken = orders.jwtToken;
