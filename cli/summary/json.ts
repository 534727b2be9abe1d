import { resourceName } from "../../provider/resource/messages";
import type { Finding } from "./findings/finding";
import { headlineOf, type Summary } from "./summary";

/** The summary for programs. Keys are only ever added. */
export function jsonOf(summary: Summary): string {
  const { stack, failed, refusals, destroyed, others, unchanged, stakes } = summary;
  const value = {
    stack,
    headline: headlineOf(summary),
    failed,
    refusals,
    destroyed: destroyed.map((finding) => changeOf(finding, summary)),
    others: others.map((finding) => changeOf(finding, summary)),
    unchanged,
    ...(stakes && { backends: Object.fromEntries(stakes.backends) }),
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}

function changeOf({ plan, destroys, what, details, data }: Finding, { stakes }: Summary): object {
  const { urn, type, operation, drift, old, changed, causes } = plan;
  const counts = stakes?.changes.get(urn) ?? [];
  return {
    urn,
    type,
    name: resourceName(urn),
    ...(old?.id !== undefined && { id: old.id }),
    operation,
    ...(drift && { drift }),
    ...(destroys !== undefined && { destroys }),
    what,
    details,
    changed,
    ...(causes.length > 0 && { causes }),
    ...(data && { backend: data.uid }),
    ...(data?.types && { types: data.types }),
    ...(data?.changes && {
      schemaChanges: data.changes.map(({ grade, path, description }, index) => ({
        grade,
        path,
        description,
        nodes: counts[index],
      })),
    }),
  };
}
