// What programs see of the provider. Written plainly: the compiler that the engine brings along for programs without one is an old one.

/** Plan of a backend. */
export type DeploymentType = "free" | "shared" | "dedicated";

/** What a backend accepts: queries only, GraphQL, or GraphQL and DQL. */
export type DeploymentMode = "readonly" | "graphql" | "flexible";

/** Machine size of a dedicated backend. */
export type BackendSize = "small" | "medium" | "large" | "xlarge";

/** A backend as the service lists it. */
export interface BackendDescription {
  readonly uid: string;
  readonly name: string;
  readonly zone: string;
  readonly deploymentType: string | undefined;
  readonly deploymentMode: string | undefined;
  readonly owner: string | undefined;
  /** Bare host name: no scheme, no path. */
  readonly url: string;
  readonly graphqlEndpoint: string;
  readonly adminEndpoint: string;
  /** Token for the backend's endpoints. A secret. */
  readonly jwtToken: string;
}
