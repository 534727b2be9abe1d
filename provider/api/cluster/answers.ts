import * as v from "valibot";
import { tokenCharacters } from "../login";

// The answers of a cluster's /admin, /alter and /health, beside those that a backend of Dgraph Cloud gives as well.

/** It becomes the id of a resource and appears in messages. */
export const identitySchema = v.object({ state: v.object({ cid: v.pipe(v.string(), v.regex(/^[!-~]{1,128}$/)) }) });

export const loginSchema = v.object({
  login: v.object({ response: v.object({ accessJWT: v.pipe(v.string(), v.regex(tokenCharacters)) }) }),
});

/** What an Alpha is doing. */
export const healthSchema = v.array(v.object({ instance: v.string(), ongoing: v.nullish(v.array(v.string())) }));

/** The nodes of the cluster, as this Alpha knows them. A node that is away is "unhealthy" after 2 s. */
export const nodesSchema = v.object({
  health: v.array(v.object({ instance: v.string(), address: v.string(), status: v.nullish(v.string()) })),
});

/** One backup in a location: a full one begins a series, incremental ones follow. */
export const backupsSchema = v.object({
  listBackups: v.nullish(
    v.array(
      v.object({
        backupId: v.string(),
        // From 1: a restore of number 0 would take the latest backup.
        backupNum: v.pipe(v.number(), v.integer(), v.minValue(1)),
        type: v.string(),
        encrypted: v.nullish(v.boolean()),
        path: v.string(),
        groups: v.nullish(v.array(v.object({ predicates: v.nullish(v.array(v.string())) }))),
      }),
    ),
  ),
});

export const restoreSchema = v.object({ restore: v.object({ code: v.string(), message: v.nullish(v.string()) }) });

export const backupSchema = v.object({ backup: v.object({ taskId: v.pipe(v.string(), v.minLength(1)) }) });

export const taskSchema = v.object({
  task: v.object({ status: v.picklist(["Queued", "Running", "Success", "Failed", "Unknown"]) }),
});

/** A user who does not exist is no error: then the list is empty. */
export const updateUserSchema = v.object({
  updateUser: v.object({ user: v.pipe(v.array(v.object({ name: v.string() })), v.minLength(1)) }),
});

/** The answer to /alter and to /mutate. */
export const doneSchema = v.object({ code: v.literal("Success") });
