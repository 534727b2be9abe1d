import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { type PrepareOptions, prepareTool } from "./prepareTool";
import { secondsSince, withHeartbeat } from "./progress";
import type { FoundTool, Place, Supply, Tool } from "./tool";

/** The version of the package `pulumi` that `python/requirements.txt` pins. */
const version = "3.245.0";

const keptComplaint = 2_000;

const build: Supply = {
  source: "build",
  remedy:
    "install Python 3.10 or newer with its module venv (package python3-venv on Debian and Ubuntu), with PyPI in reach, and put it on PATH",
  async bring(into, place) {
    place.say(`installing the Python package pulumi ${version} into a virtual environment, about 20 seconds, once`);
    const started = Date.now();
    await withHeartbeat(place.say, "installing the Python package pulumi", async () => {
      await python("python3", ["-m", "venv", into], place);
      // The script `pip` would name this folder, which is renamed when it is complete.
      const pip = ["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"];
      await python(join(into, "bin/python3"), [...pip, "-r", join(__dirname, "python/requirements.txt")], place);
    });
    place.say(`installed the Python package pulumi in ${secondsSince(started)} s`);
  },
};

const tool: Tool = {
  name: "python",
  title: "Python with the package pulumi",
  executable: "python3",
  companions: [],
  version,
  // Python takes a program in the same argument as its option.
  versionArgument: "-cfrom importlib.metadata import version; print(version('pulumi'))",
  versionOf: "a package pulumi",
  accepts: ">=3.216.0 <4",
  environment: {},
  supplies: [build],
};

/** Finds a Python that has Pulumi's SDK on PATH or in the cache; else makes a virtual environment with it in the cache. */
export function preparePython(options: PrepareOptions = {}): Promise<FoundTool> {
  return prepareTool(tool, options);
}

async function python(executable: string, args: readonly string[], { environment }: Place): Promise<void> {
  try {
    await promisify(execFile)(executable, args, { env: environment });
  } catch (error) {
    const { code, stdout, stderr } = error as { code: unknown; stdout: string; stderr: string };
    if (code === "ENOENT") throw new Error("Python is not on PATH", { cause: error });
    const command = args.slice(0, 3).join(" ");
    // What venv says of a missing module it prints on standard output.
    const complaint = `${stdout}${stderr}`.trim().slice(-keptComplaint);
    throw new Error(`python3 ${command} ended with ${String(code)}: ${complaint}`, { cause: error });
  }
}
