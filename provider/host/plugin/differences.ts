import { DiffResponse, PropertyDiff } from "@pulumi/pulumi/proto/provider_pb";
import { isDeepStrictEqual } from "node:util";
import { isRecord } from "../../api/readAnswer";
import type { Difference } from "../../resource/hostInterface";
import type { Values } from "../../resource/values";

/**
 * A difference as the engine shows it: property by property, and inside an object or a list, so that the option `replaceOnChanges` finds
 * "triggers.nightly". `secrets` are the properties of which nothing inside is named.
 */
export function detailsOf(found: Difference, olds: Values, news: Values, secrets: readonly string[]): DiffResponse {
  const { changed = [], replaces = [], deleteBeforeReplace = false } = found;
  const isChange = found.changes ?? changed.length > 0;
  const response = new DiffResponse();
  response.setChanges(isChange ? DiffResponse.DiffChanges.DIFF_SOME : DiffResponse.DiffChanges.DIFF_NONE);
  response.setReplacesList([...replaces]);
  response.setDeletebeforereplace(deleteBeforeReplace);
  response.setDiffsList([...changed]);
  response.setHasdetaileddiff(true);
  for (const name of changed) {
    const whole = { path: name, before: olds[name], after: news[name] };
    for (const { path, before, after } of secrets.includes(name) ? [whole] : changesIn(whole)) {
      const detail = new PropertyDiff();
      detail.setKind(kindOf(before, after, replaces.includes(name)));
      detail.setInputdiff(true);
      response.getDetaileddiffMap().set(path, detail);
    }
  }
  return response;
}

interface Change {
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** The smallest parts of a value that differ. */
function changesIn({ path, before, after }: Change): Change[] {
  const isList = Array.isArray(before) && Array.isArray(after);
  const isObject = isRecord(before) && isRecord(after);
  if (!isList && !isObject) return [{ path, before, after }];
  const [olds, news] = [Object.entries(before), Object.entries(after)].map(
    (entries) => new Map<string, unknown>(entries),
  );
  const keys = [...new Set([...(olds?.keys() ?? []), ...(news?.keys() ?? [])])];
  // The engine cannot read every path that JSON can write.
  if (keys.some((key) => /["\\\p{Cc}]/u.test(key))) return [{ path, before, after }];
  return keys
    .map((key) => ({
      path: isList ? `${path}[${key}]` : /^[a-z_]\w*$/i.test(key) ? `${path}.${key}` : `${path}["${key}"]`,
      before: olds?.get(key),
      after: news?.get(key),
    }))
    .filter((part) => !isDeepStrictEqual(part.before, part.after))
    .flatMap(changesIn);
}

function kindOf(before: unknown, after: unknown, isReplaced: boolean): PropertyDiff.Kind {
  const { ADD, ADD_REPLACE, DELETE, DELETE_REPLACE, UPDATE, UPDATE_REPLACE } = PropertyDiff.Kind;
  if (before === undefined) return isReplaced ? ADD_REPLACE : ADD;
  if (after === undefined) return isReplaced ? DELETE_REPLACE : DELETE;
  return isReplaced ? UPDATE_REPLACE : UPDATE;
}
