import { PolicyPack } from "@pulumi/policy";
import type { PolicyConfigSchema, ResourceValidationArgs } from "@pulumi/policy";

// If the name of a stack or a backend matches, in upper or lower case, it is production. The pack's configuration can give each rule
// another pattern.
const configSchema: PolicyConfigSchema = {
  properties: { production: { type: "string", format: "regex", default: "(^|[^a-z])prod(uction)?([^a-z]|$)" } },
};

interface Config {
  production: string;
}

function isProduction({ production }: Config, urn: string, ...names: unknown[]): boolean {
  const stack = urn.split(":")[2]; // urn:pulumi:STACK::PROJECT::TYPE::NAME
  return [stack, ...names].some((name) => typeof name === "string" && new RegExp(production, "i").test(name));
}

// A policy sees type tokens: of resources of the dynamic provider, and of those of the plugin. A Restore is a component: the inputs are those
// of its part NAME-request.
const isA = (type: string, one: { type: string }): boolean =>
  [`pulumi-nodejs:dynamic/dgraphcloud:${type}`, `dgraphcloud:index:${type}`].includes(one.type);
const isAction = (one: { type: string }): boolean => isA("RestoreRequest", one) || isA("DataDrop", one);
const nameOf = (action: { type: string; name: string }): string =>
  isA("DataDrop", action) ? `DataDrop "${action.name}"` : `Restore "${action.name.replace(/-request$/, "")}"`;

// A cluster of your own has no name. Its address is a setting of its Provider. Of a dynamic resource without one, only `confirm` tells it.
const clusterOf = ({ provider }: { provider?: { props: Record<string, unknown> } }): unknown =>
  provider?.props["dgraphcloud:clusterUrl"] ?? provider?.props["clusterUrl"];

// A rule only warns if it reads a value that the preview does not know yet. So the rules read the name last.
function isProductionBackend(args: ResourceValidationArgs): boolean {
  return isProduction(args.getConfig<Config>(), args.urn, args.name, args.props["name"]);
}

new PolicyPack("dgraphcloud", {
  enforcementLevel: "mandatory",
  policies: [
    {
      name: "production-is-protected",
      description: "Backends of production have deletionProtection.",
      configSchema,
      validateResource: (args, reportViolation) => {
        if (isA("Backend", args) && args.props["deletionProtection"] !== true && isProductionBackend(args))
          reportViolation(
            `Backend "${args.name}" of production is not protected: a destroy or a replace deletes it with its data. ` +
              "Set deletionProtection: true.",
          );
      },
    },
    {
      name: "production-is-dedicated",
      description: "Backends of production have a dedicated plan.",
      configSchema,
      validateResource: (args, reportViolation) => {
        if (isA("Backend", args) && args.props["deploymentType"] !== "dedicated" && isProductionBackend(args))
          reportViolation(
            `Backend "${args.name}" of production has the plan "${String(args.props["deploymentType"])}". ` +
              'Set deploymentType: "dedicated". In an existing backend, this is a replace: move its data first.',
          );
      },
    },
    {
      name: "actions-are-guarded",
      description: "Every Restore and DataDrop has a last moment, and names its target.",
      validateResource: (args, reportViolation) => {
        if (!isAction(args)) return;
        const missing = ["notAfter", "confirm"].filter((input) => args.props[input] === undefined);
        if (missing.length > 0)
          reportViolation(
            `${nameOf(args)} has no ${missing.join(" and no ")}: it may run later than you expect, or on another backend. ` +
              "Set notAfter to the last moment for it, and confirm to the name of its target: for a cluster, its host.",
          );
      },
    },
    {
      name: "production-is-no-target",
      description: "No Restore and no DataDrop replaces or erases data of production.",
      configSchema,
      validateResource: (args, reportViolation) => {
        // The provider refuses to run an action on a target of another name, so `confirm` is the name of its target, or the host of its cluster.
        if (isAction(args) && isProduction(args.getConfig<Config>(), args.urn, args.props["confirm"], clusterOf(args)))
          reportViolation(
            `${nameOf(args)} would ${isA("DataDrop", args) ? "erase" : "replace"} data of production. ` +
              "Choose another target, or ask the owner of this rule for an exception.",
          );
      },
    },
    {
      name: "production-allows-by-name",
      description: "A GraphqlSchema of production names each destructive change that it allows.",
      configSchema,
      // Only a rule about the whole stack sees which backend a schema belongs to.
      validateStack: (args, reportViolation) => {
        for (const schema of args.resources.filter((one) => isA("GraphqlSchema", one))) {
          const allow = schema.props["allow"] as string[] | undefined;
          if (!allow?.includes("*")) continue;
          const backend = schema.propertyDependencies["backend"]?.[0];
          const names: unknown[] = [schema.name, clusterOf(schema), backend?.name, backend?.props["name"]];
          if (isProduction(args.getConfig<Config>(), schema.urn, ...names))
            reportViolation(
              `GraphqlSchema "${schema.name}" of production allows every destructive change. ` +
                'Replace allow: ["*"] with the paths that its preview names.',
              schema.urn,
            );
        }
      },
    },
  ],
});
