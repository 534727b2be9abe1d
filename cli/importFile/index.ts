import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type Command, complain, unusable, usageProblemOf } from "../command";
import { UsageError } from "../usageError";
import { type Provider, textOf } from "./text";

const usage = `Usage: pulumi-dgraphcloud import-file [FILE|-] [options]

Lists the backends of your account, and writes the file that "pulumi import --file FILE" reads: to FILE, which must not exist yet, or to
standard output. It changes nothing, neither in the account nor in a stack. The import needs the plugin (pulumi-dgraphcloud/plugin).
With the settings of a cluster, it writes the one GraphqlSchema of the cluster.

  --schemas            add the GraphqlSchema of each backend that has one
  --exclude BACKEND    leave out a backend: its name or its uid. May be repeated
  --provider NAME=URN  import with this provider, and not with the default one: the name of its variable, and its URN
                       (pulumi stack --show-urns)
  --help               print this text

The settings come from the environment: DGRAPHCLOUD_EMAIL and DGRAPHCLOUD_PASSWORD, or DGRAPHCLOUD_TOKEN; or DGRAPHCLOUD_CLUSTER_URL and
what else the cluster needs.

Exit codes: 0 the file is written, 1 the account cannot be read, and nothing is written, 2 a wrong option, or FILE cannot be written,
3 the file is written without the schemas that cannot be read.
`;

/** Exit codes of the command. */
export const exitCodes = { done: 0, unreadable: 1, unusable, incomplete: 3 } as const;

const name = "import-file";
export const importFile: Command = { name, usage, run, problemOf };

async function run(args: readonly string[]): Promise<number> {
  const { file, schemas, exclude, provider } = optionsOf(args);
  // Loaded only here, because it loads everything that talks to the service.
  const { lookUp, UnreadableError } = await import("./lookUp.js");
  try {
    const { importable, unread, where } = await lookUp({ schemas, exclude });
    write(file, textOf(importable, provider));
    if (importable.length === 0) complain(name, nothing[where]);
    for (const line of unread) complain(name, line);
    return unread.length === 0 ? exitCodes.done : exitCodes.incomplete;
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    complain(name, error.message);
    return exitCodes.unreadable;
  }
}

const nothing = {
  account: "there is nothing to import: the account has no backends but those that are left out",
  cluster: "there is nothing to import: the cluster has no GraphQL schema",
} as const;

function problemOf(error: unknown): string | undefined {
  const { code, path } = error as NodeJS.ErrnoException;
  if (code === "EEXIST")
    return `the file ${path ?? ""} exists already, and may have been edited: delete it, or name another one`;
  const problem = path === undefined ? undefined : `the file ${path} cannot be written: ${code ?? ""}`;
  return usageProblemOf(error) ?? problem;
}

interface Options {
  readonly file: string;
  readonly schemas: boolean;
  readonly exclude: readonly string[];
  readonly provider: Provider | undefined;
}

function optionsOf(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      schemas: { type: "boolean", default: false },
      exclude: { type: "string", multiple: true, default: [] },
      provider: { type: "string" },
    },
  });
  const [file = "-", ...others] = positionals;
  if (others.length > 0) throw new UsageError(`import-file writes one file, not ${others.length + 1}`);
  const provider = values.provider === undefined ? undefined : providerOf(values.provider);
  return { file, schemas: values.schemas, exclude: values.exclude, provider };
}

/** A reference to a provider, as in a state, ends with an id, which the engine refuses in a file. */
function providerOf(value: string): Provider {
  const pattern = /^([A-Za-z]\w*)=(urn:pulumi:[^:]+::[^:]+::(?:.*\$)?pulumi:providers:dgraphcloud::((?!::).)+)$/;
  const [, variable, urn] = pattern.exec(value) ?? [];
  if (variable !== undefined && urn !== undefined) return { name: variable, urn };
  throw new UsageError(
    "--provider must be NAME=URN, with a provider of the package dgraphcloud: " +
      '"production=urn:pulumi:dev::shop::pulumi:providers:dgraphcloud::production"',
  );
}

/** Never replaces a file: the user may have edited it. */
function write(file: string, text: string): void {
  if (file === "-") process.stdout.write(text);
  else writeFileSync(file, text, { flag: "wx" });
}
