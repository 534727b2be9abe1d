import { DiffResponse, PropertyDiff } from "@pulumi/pulumi/proto/provider_pb";
import type { Difference } from "../../resource/hostInterface";
import type { Values } from "../../resource/values";

/** A difference as the engine shows it: property by property. */
export function detailsOf(found: Difference, olds: Values, news: Values): DiffResponse {
  const { changed = [], replaces = [], deleteBeforeReplace = false } = found;
  const isChange = found.changes ?? changed.length > 0;
  const response = new DiffResponse();
  response.setChanges(isChange ? DiffResponse.DiffChanges.DIFF_SOME : DiffResponse.DiffChanges.DIFF_NONE);
  response.setReplacesList([...replaces]);
  response.setDeletebeforereplace(deleteBeforeReplace);
  response.setDiffsList([...changed]);
  response.setHasdetaileddiff(true);
  for (const name of changed) {
    const detail = new PropertyDiff();
    detail.setKind(kindOf(olds[name], news[name], replaces.includes(name)));
    detail.setInputdiff(true);
    response.getDetaileddiffMap().set(name, detail);
  }
  return response;
}

function kindOf(before: unknown, after: unknown, isReplaced: boolean): PropertyDiff.Kind {
  const { ADD, ADD_REPLACE, DELETE, DELETE_REPLACE, UPDATE, UPDATE_REPLACE } = PropertyDiff.Kind;
  if (before === undefined) return isReplaced ? ADD_REPLACE : ADD;
  if (after === undefined) return isReplaced ? DELETE_REPLACE : DELETE;
  return isReplaced ? UPDATE_REPLACE : UPDATE;
}
