import type { ErrorClass } from "./expectation";
import { complaint } from "./faultKinds";
import { failsFast } from "./timeLimits";
import type { Row } from "./rows";

/** Deadlines that are not an input of the user. */
const limits: Readonly<Partial<Record<Row["step"]["name"], string>>> = {
  refresh: "the time for reading (5m)",
  "schema refresh": "the time for reading (5m)",
  confirm: "the time for comparing confirm (1m)",
  "drop fields": "the minute for fields after types",
};

const settings = ["dgraphcloud:token", "DGRAPHCLOUD_PASSWORD", "--run-program"];

/** The questions of the message when nothing answers at the address. */
const questions: Readonly<Record<string, string>> = {
  "connection refused": "Is the local cloud running, and on this port?",
  "DNS failure": "Is the endpoint spelt right",
};

/** The texts that the message must contain, by the class of the failure. */
export function remedies(row: Row, fails: ErrorClass, { id }: { readonly id: string | undefined }): readonly string[] {
  const { step, kind, when } = row;
  const limit = limits[step.name] ?? `timeouts.${stepOf(step.name)} (2m)`;
  // A failure at the deadline names the input that sets it.
  const byDeadline = when === "every call" ? [limit] : [];
  // If the schema cannot be read, the message says that nothing was dropped, and how to drop without it.
  if (step.name === "schema" && (fails === "GraphqlError" || fails === "WrongShapeError"))
    return [`${step.operation} at`, "Nothing was dropped", "allowUnknownNames: true"];
  switch (fails) {
    case "NotSentError":
      if (failsFast(row)) return [questions[kind.name] ?? "", "DGRAPHCLOUD_ENDPOINT", "in 15s)"];
      return ["Check the network and the endpoint setting", ...byDeadline];
    case "ThrottledError":
      return ["Run the command again later, or with a lower --parallel", ...byDeadline];
    case "LostAnswerError":
      return ["Run the command again", ...(kind.family === "lost" ? byDeadline : [])];
    case "DeadlineError":
      return [limit, "last status: ", step.asks === "updateGQLSchema" ? "Run pulumi up again" : "run pulumi up"];
    case "WrongShapeError":
      return [
        `${step.operation} at`,
        `unexpected answer at data.${step.operation === "query" ? "" : step.operation}`,
        "please report this message",
      ];
    case "GraphqlError":
      return [kind.family === "vanished" ? "no deployment" : complaint, "Correct what the service names"];
    case "SettingsError":
      return [complaint, "dgraphcloud:password", "--run-program"];
    case "UnauthorizedError":
      return settings;
    case "ConflictError":
      if (["replaced", "restoring"].includes(kind.family)) return ["another one is live", "run pulumi up again"];
      if (kind.family === "half-applied") return ["text and predicates are as before", "Author.nick", "another name"];
      return ["may or may not exist", "adoptUid", "Last: ", ...(kind.form === "401" ? settings : [])];
    case "UnknownOutcomeError":
      if (kind.family === "stuck") return ["cannot be restored", "Author.name", "Keep in the schema what was applied"];
      return [`acceptUnknown: "${id ?? ""}"`, "triggers", ...(step.name === "restore" ? ["resumeRestoreId"] : [])];
    case "AbsentError":
      if (step.name === "refresh" && when !== "every call")
        return ["in some lists of the account and missing in others"];
      return ["lists can lag behind", "Run the command again five minutes after the create", "pulumi state delete"];
  }
}

function stepOf(name: Row["step"]["name"]): "create" | "update" | "delete" {
  if (name === "delete" || name === "proof") return "delete";
  const updates = ["update", "lambda", "live schema", "predicates", "counts", "schema update", "schema check"];
  return updates.includes(name) ? "update" : "create";
}
