import { createHash } from "node:crypto";
import {
  both,
  durations,
  type Failure,
  type FieldTable,
  flag,
  notEmpty,
  oneOf,
  text,
  uid,
  unknownValue,
  wholeNumber,
} from "../resource/fields";
import { nameIn, shortUrn } from "../resource/typeTokens";
import type { BackendSize, DeploymentMode, DeploymentType } from "../types";

const deploymentTypes: readonly DeploymentType[] = ["free", "shared", "dedicated"];
const deploymentModes: readonly DeploymentMode[] = ["readonly", "graphql", "flexible"];
const sizes: readonly BackendSize[] = ["small", "medium", "large", "xlarge"];

export interface BackendTimeouts {
  readonly create?: string;
  readonly update?: string;
  readonly delete?: string;
}

/** Inputs of a Backend after check. The public documentation of each stands at `BackendArgs` in the sdk. */
export interface BackendInputs {
  readonly name?: string;
  readonly zone: string;
  readonly deploymentType: DeploymentType;
  readonly deploymentMode?: DeploymentMode;
  readonly organizationUid?: string;
  readonly subdomain?: string;
  readonly size?: BackendSize;
  /** GB. */
  readonly storage?: number;
  readonly aclEnabled?: boolean;
  readonly jaegerEnabled?: boolean;
  readonly dgraphHA?: boolean;
  readonly lambdaScript?: string;
  readonly deletionProtection?: boolean;
  readonly adoptUid?: string;
  readonly adoptExisting?: boolean;
  readonly waitForReady?: boolean;
  readonly timeouts?: BackendTimeouts;
}

export const backendFields: FieldTable<BackendInputs> = {
  name: { onChange: "update", check: notEmpty },
  zone: { onChange: "replace", required: true, check: notEmpty },
  deploymentType: { onChange: "replace", required: true, check: oneOf(deploymentTypes) },
  deploymentMode: { onChange: "update", check: both(oneOf(deploymentModes), modeNeedsDedicated) },
  organizationUid: { onChange: "update", check: notEmpty },
  subdomain: { onChange: "replace", check: notEmpty },
  size: { onChange: "replace", check: both(oneOf(sizes), dedicatedOnly("size")) },
  storage: { onChange: "replace", check: both(wholeNumber, dedicatedOnly("storage")) },
  aclEnabled: { onChange: "replace", check: both(flag, dedicatedOnly("aclEnabled")) },
  jaegerEnabled: { onChange: "replace", check: both(flag, dedicatedOnly("jaegerEnabled")) },
  dgraphHA: { onChange: "replace", check: both(flag, dedicatedOnly("dgraphHA")) },
  lambdaScript: { onChange: "update", check: text, mayBeSecret: true },
  deletionProtection: { onChange: "state", check: flag },
  adoptUid: { onChange: "nothing", check: uid },
  adoptExisting: { onChange: "state", check: flag },
  waitForReady: { onChange: "state", check: flag },
  timeouts: { onChange: "state", check: durations(["create", "update", "delete"]) },
};

/**
 * The name is the program's, else the one in the state, else the default, so that an alias, a new parent or an adoption renames nothing. A
 * backend that was adopted without a name keeps the name that the service has.
 */
export function resolveName(olds: Partial<BackendInputs>, news: BackendInputs, urn: string | undefined): BackendInputs {
  if (news.name !== undefined) return news;
  const isNew = Object.keys(olds).length === 0;
  const name = isNew ? (news.adoptUid === undefined ? defaultName(urn) : undefined) : olds.name;
  return name === undefined ? news : { ...news, name };
}

/** The logical name, and seven digits that differ between stacks, projects and parents, so that equal logical names do not collide. */
function defaultName(urn: string | undefined): string | undefined {
  if (urn === undefined) return undefined;
  return `${nameIn(urn)}-${createHash("sha256").update(shortUrn(urn)).digest("hex").slice(0, 7)}`;
}

export function checkBackend(inputs: BackendInputs): Failure[] {
  if (inputs.adoptUid === undefined || inputs.adoptExisting !== true) return [];
  return [
    {
      property: "adoptExisting",
      code: "DGC604",
      reason: "cannot be combined with adoptUid, which names the backend to take over already; remove one of the two",
    },
  ];
}

function modeNeedsDedicated(mode: unknown, inputs: Readonly<Record<string, unknown>>): string | undefined {
  return mode === "graphql" ? undefined : dedicatedOnly("deploymentMode")(mode, inputs);
}

function dedicatedOnly(name: string) {
  return (value: unknown, inputs: Readonly<Record<string, unknown>>): string | undefined => {
    const type = inputs["deploymentType"];
    // Without the option, it is off for every backend.
    if (value === false || type === "dedicated" || type === unknownValue || typeof type !== "string") return undefined;
    const given = typeof value === "string" ? ` "${value}"` : "";
    return (
      `${name}${given} is for dedicated backends only, and this one is "${type}"; ` +
      `remove ${name} or set deploymentType: "dedicated" (which replaces an existing backend)`
    );
  };
}
