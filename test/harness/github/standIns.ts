import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Engine } from "../../../tools/engine";
import type { Actions } from "./actions";

const root = resolve(__dirname, "../../..");
const packages = ["@pulumi/pulumi", "typescript", "@types/node"];

/** What stands for the actions that a workflow uses: each does what the real one is used for, or fails. */
export function standIns(repository: string, engine: Pick<Engine, "binDirs" | "env">): Actions {
  return {
    "actions/checkout": ({ workspace }, inputs) => {
      onlyInputs("actions/checkout", inputs, ["persist-credentials"]);
      cpSync(repository, workspace, { recursive: true, filter: (path) => !path.endsWith("node_modules") });
    },
    // Node is on each machine.
    "actions/setup-node": (_, inputs) => {
      onlyInputs("actions/setup-node", inputs, ["node-version", "cache"]);
    },
    // Without a command it only installs the program.
    "pulumi/actions": ({ env }, inputs) => {
      onlyInputs("pulumi/actions", inputs, []);
      Object.assign(env, engine.env, { PATH: [...engine.binDirs, env["PATH"]].join(":") });
    },
  };
}

function onlyInputs(action: string, inputs: object, known: readonly string[]): void {
  const unknown = Object.keys(inputs).filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`nothing stands for these inputs of ${action}: ${unknown.join(", ")}`);
}

/**
 * The PATH of a machine: Node, bash, and an `npm` that knows one command. `npm ci` links what is installed in this repository,
 * with this package as it was built and its commands.
 */
export function machinePath(folder: string): string {
  const modules = join(folder, "modules");
  const link = (path: string, target: string): void => {
    mkdirSync(dirname(join(modules, path)), { recursive: true });
    symlinkSync(target, join(modules, path));
  };
  for (const name of packages) link(name, join(root, "node_modules", name));
  link("pulumi-dgraphcloud", root);
  const { bin = {} } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { bin?: Record<string, string> };
  for (const [command, file] of Object.entries(bin))
    program(join(modules, ".bin", command), [`exec node ${join(root, file)} "$@"`]);

  const programs = join(folder, "programs");
  program(join(programs, "npm"), [
    `[ "$*" = ci ] || { echo "nothing stands for npm $*" >&2; exit 1; }`,
    `[ -f package.json ] || { echo "npm ci: no package.json here" >&2; exit 1; }`,
    `cp -a ${modules} node_modules`,
  ]);
  const path = [programs, dirname(process.execPath), "/usr/bin", "/bin"];
  if (path.some((one) => existsSync(join(one, "pulumi"))))
    throw new Error("a machine must not have pulumi from the start");
  return path.join(":");
}

function program(file: string, lines: readonly string[]): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, ["#!/bin/sh", ...lines, ""].join("\n"), { mode: 0o755 });
}
