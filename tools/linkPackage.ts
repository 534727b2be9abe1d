import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "..");
const folder = join(root, "node_modules");

/**
 * Makes this package one of its own node_modules. A program in this folder finds the package by its name without that, but the engine's host of
 * dynamic providers looks only there.
 */
function main(): void {
  mkdirSync(folder, { recursive: true });
  try {
    // A junction needs no rights on Windows.
    symlinkSync("..", join(folder, "pulumi-dgraphcloud"), "junction");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

main();
