import {
  DiffResponse,
  CheckFailure,
  CheckResponse,
  type CheckRequest,
  type DiffRequest,
} from "@pulumi/pulumi/proto/provider_pb";
import { isDeepStrictEqual } from "node:util";
import { readSettings, settingNames, settingsProblem, type StackSettings } from "../../api/settings";
import { pointerTo } from "../../errors/codes";
import { clean, listOf } from "../../errors/text";
import { holdsUnknown } from "../../resource/fields";
import { explanationOf } from "../../resource/messages";
import type { Values } from "../../resource/values";
import { readProperties, writeProperties } from "./properties";

/** What the engine itself puts beside the settings of a provider. */
const ofEngine: ReadonlySet<string> = new Set(["version", "pluginDownloadURL", "pluginChecksums", "parameterization"]);

/** The settings of a provider: each is a text. The engine writes what is none as JSON. */
export function settingsOf(values: Values): StackSettings {
  const given = settingNames.filter((name) => values[name] !== undefined);
  const text = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
  return Object.fromEntries(given.map((name) => [name, text(values[name])]));
}

/** Refuses settings that cannot be right, before anything is done with them. What is not known yet is checked when it is. */
export function checkConfig(request: CheckRequest, secretSettings: readonly string[]): CheckResponse {
  const { values, secrets } = readProperties(request.getNews());
  const response = new CheckResponse();
  response.setInputs(writeProperties(values, [...secrets, ...secretSettings]));
  const reasons = [...unknownNames(values), ...(holdsUnknown(values) ? [] : problemsOf(settingsOf(values)))];
  response.setFailuresList(
    // Named in the reason only: the engine prints the value beside the name of a property, and it may be a password in the wrong place.
    reasons.map((reason) => new CheckFailure().setProperty("").setReason(reason)),
  );
  return response;
}

/** A change of the settings replaces nothing: each resource compares the account, or the cluster, before it changes anything. */
export function diffConfig(request: DiffRequest): DiffResponse {
  const [olds, news] = [readProperties(request.getOlds()).values, readProperties(request.getNews()).values];
  const { DIFF_NONE, DIFF_SOME } = DiffResponse.DiffChanges;
  const response = new DiffResponse();
  response.setChanges(isDeepStrictEqual(settingsOf(olds), settingsOf(news)) ? DIFF_NONE : DIFF_SOME);
  return response;
}

function unknownNames(values: Values): string[] {
  const known: readonly string[] = settingNames;
  return Object.keys(values)
    .filter((name) => !known.includes(name) && !ofEngine.has(name) && !name.startsWith("__"))
    .map(
      (name) => `no such setting: "${clean(name)}"; there are ${listOf(settingNames, "and")} [${pointerTo("DGC601")}]`,
    );
}

function problemsOf(stack: StackSettings): string[] {
  const problem = settingsProblem(readSettings((name) => stack[name], process.env));
  return problem === undefined ? [] : [explanationOf(problem)];
}
