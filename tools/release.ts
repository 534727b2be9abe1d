import { readFileSync } from "node:fs";

/** The manifests of the two packages, which are released together. */
const manifests = ["package.json", "local/package.json"] as const;
const changelog = "CHANGELOG.md";

/** The texts of the files that a release depends on, by their paths. */
export type ReleaseFiles = Readonly<Record<(typeof manifests)[number] | typeof changelog, string>>;

interface Manifest {
  readonly version?: string;
  readonly repository?: string | { readonly url?: string };
}

/** What the release of a tag looks like. */
export interface ReleaseCheck {
  /** The section of the changelog, without its heading. */
  readonly notes: string;
  /** Why the tag cannot be released; empty when it can. */
  readonly problems: readonly string[];
}

/** Compares a tag with the manifests and the changelog. `slug` is the GitHub repository (owner/name), where it is known. */
export function checkRelease(tag: string, files: ReleaseFiles, slug?: string): ReleaseCheck {
  const version = /^v(\d+\.\d+\.\d+)$/.exec(tag)?.[1];
  if (version === undefined)
    return { notes: "", problems: [`"${tag}" is no tag of a release: name it v and three numbers, like v1.2.3.`] };
  const { notes, problems } = checkChangelog(version, files[changelog]);
  return { notes, problems: [...manifests.flatMap((path) => checkManifest(path, version, files, slug)), ...problems] };
}

function checkManifest(
  path: (typeof manifests)[number],
  version: string,
  files: ReleaseFiles,
  slug: string | undefined,
): string[] {
  const { version: found = "none", repository } = JSON.parse(files[path]) as Manifest;
  const problems: string[] = [];
  if (found !== version)
    problems.push(
      `${path} has the version ${found}, the tag has ${version}: set the version, or tag the right commit.`,
    );
  const address = typeof repository === "string" ? repository : repository?.url;
  if (address === undefined || address === "")
    problems.push(
      `${path} has no repository: set it to the GitHub repository that the package is published from, else npm refuses the provenance.`,
    );
  else if (slug !== undefined && slugOf(address) !== slug)
    problems.push(
      `${path} names the repository ${address}, but this is ${slug}: npm would refuse the provenance. Correct it.`,
    );
  return problems;
}

/** owner/name, from any of the forms that npm takes. */
function slugOf(address: string): string | undefined {
  return /([^/:]+\/[^/:]+?)(?:\.git)?$/.exec(address)?.[1];
}

function checkChangelog(version: string, text: string): ReleaseCheck {
  const section = text.split(/^(?=## )/m).find((part) => (/^## (\S+)/.exec(part)?.[1] ?? "") === version);
  if (section === undefined)
    return {
      notes: "",
      problems: [`${changelog} has no section "## ${version} (YYYY-MM-DD)": write what has changed.`],
    };
  const [heading = "", ...lines] = section.split("\n");
  const notes = lines.join("\n").trim();
  const problems: string[] = [];
  if (!/^## \S+ \(\d{4}-\d{2}-\d{2}\)$/.test(heading))
    problems.push(
      `${changelog} has the heading "${heading}": write the day of the release, "## ${version} (YYYY-MM-DD)".`,
    );
  if (notes === "") problems.push(`${changelog} says nothing under "${heading}": write what has changed.`);
  return { notes, problems };
}

/** Prints the section of the changelog for a tag, or why the tag cannot be released. npm runs it in the root of the repository. */
function main([tag = ""]: readonly string[]): void {
  const files: ReleaseFiles = {
    "package.json": readFileSync("package.json", "utf8"),
    "local/package.json": readFileSync("local/package.json", "utf8"),
    "CHANGELOG.md": readFileSync("CHANGELOG.md", "utf8"),
  };
  const { notes, problems } = checkRelease(tag, files, process.env["GITHUB_REPOSITORY"]);
  if (problems.length === 0) {
    console.log(notes);
    return;
  }
  console.error([`The release of "${tag}" is refused:`, ...problems.map((problem) => `- ${problem}`)].join("\n"));
  process.exitCode = 1;
}

if (require.main === module) main(process.argv.slice(2));
