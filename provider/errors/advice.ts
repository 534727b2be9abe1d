/** What to do next, one action a line. */
export type Advice = string | readonly string[];

/** For settings that are missing, or that the service refused. */
export const credentialsAdvice: readonly string[] = [
  "Set dgraphcloud:token, or dgraphcloud:email and dgraphcloud:password (pulumi config set --secret).",
  "Or set DGRAPHCLOUD_TOKEN, or DGRAPHCLOUD_EMAIL and DGRAPHCLOUD_PASSWORD. If both are set, the token is used.",
  "After a change, run pulumi up, or add --run-program: refresh and destroy use the settings of the last up.",
];

/** For answers that Dgraph Cloud is not known to give: the endpoint may lead elsewhere. */
export const reportUnlessElsewhere: readonly string[] = [
  "Check that the endpoint setting (dgraphcloud:endpoint or DGRAPHCLOUD_ENDPOINT) names Dgraph Cloud.",
  "If it does, please report this message.",
];

/** For a connection that was not made. */
export const connectionAdvice =
  "Check the network and the endpoint setting (dgraphcloud:endpoint or DGRAPHCLOUD_ENDPOINT), then run the command again.";

/** The same for a cluster. */
export const clusterCredentialsAdvice: readonly string[] = [
  "With access control, set dgraphcloud:clusterUser and dgraphcloud:clusterPassword (pulumi config set --secret); with an admin token, clusterAuthToken.",
  "If Dgraph names this machine's address, allow it on every Alpha: --security whitelist=ADDRESS.",
  "After a change, run pulumi up, or add --run-program: refresh and destroy use the settings of the last up.",
];

export const reportUnlessElsewhereForCluster: readonly string[] = [
  "Check that clusterUrl (dgraphcloud:clusterUrl or DGRAPHCLOUD_CLUSTER_URL) is the address of Dgraph's Alpha, with the path before /admin if a gateway adds one.",
  "If it is, please report this message with the version of Dgraph.",
];

export const clusterConnectionAdvice =
  "Does Alpha run, and can this machine reach it? Check clusterUrl (dgraphcloud:clusterUrl or DGRAPHCLOUD_CLUSTER_URL), then run the command again.";
