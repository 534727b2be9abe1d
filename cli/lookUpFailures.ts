import { type Code, codes } from "../provider/errors/codes";
import { DgraphCloudError } from "../provider/errors/errors";
import { isNotNow } from "../provider/schema/live";

const credentials = "set DGRAPHCLOUD_TOKEN, or DGRAPHCLOUD_EMAIL and DGRAPHCLOUD_PASSWORD, in the environment";
const later = "run the command again later";
const endpoint = "check DGRAPHCLOUD_ENDPOINT";

/**
 * Why a look-up failed, and what to do. These texts stand in pull requests, which must not change when the same look-up fails again: so they
 * repeat no words of the service, no host and no number of attempts.
 */
const reasons: Readonly<Partial<Record<Code, string>>> = {
  DGC101: "the endpoint cannot be used; correct DGRAPHCLOUD_ENDPOINT, or leave it out",
  DGC102: `credentials are missing; ${credentials}`,
  DGC103: "the log-in was refused; correct DGRAPHCLOUD_EMAIL and DGRAPHCLOUD_PASSWORD",
  DGC104: "DGRAPHCLOUD_TOKEN has a character that no token has; set it again",
  DGC105: `the token was not accepted; ${credentials}`,
  DGC201: "there is no connection; check the network and DGRAPHCLOUD_ENDPOINT, then run the command again",
  DGC202: `the service throttles requests (HTTP 429); ${later}`,
  DGC203: `the service failed, or did not answer in time; ${later}`,
  DGC204: `the service gave an empty answer; ${later}`,
  DGC205: `the service answered with an error; ${later}`,
  DGC206: `the answer has an unexpected shape; ${endpoint}; if it is right, please report this`,
  DGC207: `the address answers with an HTTP error; ${endpoint}`,
  DGC208: `the service names a host to which no token is sent; ${endpoint}; if it is right, please report this`,
  DGC209: `the service did not answer in time; ${later}`,
  DGC211: "the proxy cannot be used; check HTTPS_PROXY and NO_PROXY",
};

/** A sentence about a failed look-up: "the nodes cannot be counted: …". Throws what is no failure of the service or of the settings. */
export function unknownBecause(what: string, error: unknown): string {
  if (!(error instanceof DgraphCloudError)) throw error;
  if (isNotNow(error)) return `${what}: the backend is busy with a restore, an index or its start; ${later}`;
  return `${what}: ${reasons[error.code] ?? codes[error.code]} (${error.code})`;
}

/** The same for a request to a backend, whose token comes from the list of the account. */
export function unknownOfBackend(what: string, error: unknown): string {
  const isRefusedToken = error instanceof DgraphCloudError && error.code === "DGC105";
  if (isRefusedToken) return `${what}: the backend refuses the token that the account has for it; ${later} (DGC105)`;
  return unknownBecause(what, error);
}

const clusterUrl = "check DGRAPHCLOUD_CLUSTER_URL";
const clusterUser = "set DGRAPHCLOUD_CLUSTER_USER and DGRAPHCLOUD_CLUSTER_PASSWORD, or DGRAPHCLOUD_CLUSTER_AUTH_TOKEN";

/** What is different for a cluster. */
const reasonsOfCluster: Readonly<Partial<Record<Code, string>>> = {
  DGC105: `the cluster refuses the request; ${clusterUser}`,
  DGC201: `there is no connection; ${clusterUrl}, then run the command again`,
  DGC203: `the cluster failed, or did not answer in time; ${later}`,
  DGC205: `the cluster answered with an error; ${later}`,
  DGC206: `the answer has an unexpected shape; ${clusterUrl}; if it is right, please report this`,
  DGC207: `the address answers with an HTTP error; ${clusterUrl}`,
  DGC805: `the log-in was refused; ${clusterUser}`,
  DGC806: "DGRAPHCLOUD_CLUSTER_URL cannot be used; correct it",
  DGC807:
    "the environment has settings of an account and of a cluster, or a cluster without DGRAPHCLOUD_CLUSTER_URL; keep those of one",
};

/** The same for a request to a cluster. */
export function unknownOfCluster(what: string, error: unknown): string {
  const reason = error instanceof DgraphCloudError ? reasonsOfCluster[error.code] : undefined;
  if (reason === undefined || isNotNow(error)) return unknownBecause(what, error);
  return `${what}: ${reason} (${(error as DgraphCloudError).code})`;
}
