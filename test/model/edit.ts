import { type ActionDeclaration, type BackendDeclaration, type Program, schemaName, withoutUndefined } from "./program";
import type { Values } from "./state";
import type { Step } from "./steps";
import type { User } from "./user";

type Edit = Extract<Step, { kind: "backend" | "options" | "restore" | "drop" | "schema" | "remove" }>;

const least: BackendDeclaration = {
  args: { zone: "us-east-1", deploymentType: "dedicated" },
  retainOnDelete: false,
  deleteBeforeReplace: false,
};

/** Applies a user's change to the program. */
export function edit(program: Program, step: Edit, user: User): void {
  switch (step.kind) {
    case "backend": {
      const { args, ...options } = program.backends.get(step.slot) ?? least;
      const { adoptUid, ...others } = { ...args, ...step.args };
      // adoptUid and adoptExisting exclude each other.
      const adopts = adoptUid !== undefined && others.adoptExisting !== true ? { adoptUid } : {};
      program.backends.set(step.slot, { ...options, args: { ...others, ...adopts } });
      return;
    }
    case "options": {
      const { slot, retainOnDelete, deleteBeforeReplace } = step;
      const declared = program.backends.get(slot);
      if (declared !== undefined) program.backends.set(slot, { ...declared, retainOnDelete, deleteBeforeReplace });
      return;
    }
    case "restore":
    case "drop": {
      const declarations = (step.kind === "restore" ? program.restores : program.drops) as Map<
        string,
        ActionDeclaration
      >;
      const { triggers: before, acceptUnknown, resumeRestoreId } = declarations.get(step.name)?.args ?? {};
      const triggers =
        step.triggers === "new" ? { run: user.another() } : step.triggers === "kept" ? before : undefined;
      const selection = step.kind === "restore" ? { resumeRestoreId } : selectionOf(step.parts);
      declarations.set(step.name, {
        target: step.target,
        args: withoutUndefined({ ...selection, triggers, acceptUnknown }),
      });
      return;
    }
    case "schema":
      program.schema = { target: step.target, schema: step.schema, allow: step.allows ? ["*"] : [] };
      return;
    case "remove":
      if (step.name === schemaName) program.schema = undefined;
      for (const declared of [program.backends, program.restores, program.drops]) {
        (declared as Map<string, unknown>).delete(step.name);
      }
  }
}

function selectionOf(parts: boolean): Values {
  // The backends of the model have no schema.
  return parts ? { types: ["Task"], fields: ["Note.text"], allowUnknownNames: true } : { allData: true };
}
