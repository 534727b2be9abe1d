const row = /^(?: [-+~]{1,2} {1,2}| {4})(?<resource>[\w-]+:[\w/-]+:\w+ \S+)(?<rest>.*)$/;
/** Lines that every run prints, and that say nothing about this one. */
const noise = [
  /^(Previewing|Updating|Refreshing|Destroying) /,
  /^@ /,
  /^Duration: /,
  /^ +\[urn=/,
  /pulumi:pulumi:Stack/,
  /^The resources in the stack have been deleted/,
  /^If you want to remove the stack completely/,
];

/**
 * The SDK prints this beside the error of a resource that the engine refuses, if the engine ends the run while the program still registers
 * the outputs of the stack.
 */
const lateLogLine = /^ *failed to deliver log message\.[^]*?^ *message severity: \w+$/gm;

/** Shortens the engine's output: each resource once, with its last row, then warnings and counts. */
export function brief(output: string): string {
  const rows = new Map<string, string>();
  const others: string[] = [];
  let section = "";
  for (const line of output.replace(lateLogLine, "").split("\n")) {
    const heading = /^ *(?:--)?(?<name>outputs|Diagnostics|Resources):(?:--)?$/i.exec(line)?.groups?.["name"];
    if (heading !== undefined) section = heading.toLowerCase();
    else if (section === "outputs" && !/^ {4}\w+ *: /.test(line)) section = "";
    if (section === "outputs" || heading === "Diagnostics" || line.trim() === "" || noise.some((one) => one.test(line)))
      continue;
    const { resource, rest = "" } = row.exec(line)?.groups ?? {};
    // The engine prints a warning in the row, and again below with all its lines.
    if (resource !== undefined)
      rows.set(resource, line.slice(0, line.length - rest.length) + rest.replace(/ warning: .*/, ""));
    else others.push(line);
  }
  // The engine prints no row for the end of a component, so its last row still says that it begins.
  const ended = [...rows.values()].filter((line) => !/ (creating|deleting) \(0s\) *$/.test(line));
  return [...ended, ...others].join("\n");
}
