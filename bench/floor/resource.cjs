"use strict";
const pulumi = require("@pulumi/pulumi");

/**
 * The 27 properties that a Backend declared at the commit 52b6513, its hidden inputs among them. The list is fixed: the floor must not
 * move when Backend declares fewer.
 */
const declared = Object.fromEntries(
  [
    ...["url", "graphqlEndpoint", "adminEndpoint", "jwtToken", "owner"],
    ...["name", "zone", "deploymentType", "deploymentMode", "organizationUid", "subdomain", "size", "storage"],
    ...["aclEnabled", "jaegerEnabled", "dgraphHA", "lambdaScript", "deletionProtection", "adoptUid", "adoptExisting"],
    ...["waitForReady", "timeouts", "hidden1", "hidden2", "hidden3", "hidden4"],
  ].map((name) => [name, undefined]),
);

/** A dynamic resource that does nothing. Its type token is as long as that of a Backend. */
exports.Backend = class Backend extends pulumi.CustomResource {
  constructor(name, args) {
    const properties = { ...declared, ...args, __provider: 'exports.handler = () => require("floor");' };
    super("pulumi-nodejs:dynamic/floor-floor:Backend", name, properties, { additionalSecretOutputs: ["jwtToken"] });
  }
};
