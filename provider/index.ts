import { backend as backendResource } from "./backend";
import { HostContext } from "./host/context";
import { dynamicProvider } from "./host/dynamic";

export { findBackend, listBackends } from "./lookup";
export type { BackendDescription, BackendSize, DeploymentMode, DeploymentType } from "./types";

const host = new HostContext();

/** The dynamic provider of `Backend`: what the text stored in users' states loads. Its name must never change. */
export const backend = dynamicProvider(backendResource, host);
