import { dirname, join, sep } from "node:path";

interface Frame extends NodeJS.CallSite {
  toString(): string;
}

/** What Node calls when the stack trace of an error is read for the first time. */
type Format = (error: Error, frames: Frame[]) => unknown;

const settings: { stackTraceLimit: number; prepareStackTrace?: Format | undefined } = Error;

/**
 * Makes stack traces short until the returned function is called. While a resource registers, the SDK reads four stack traces for each property, and
 * ts-node maps each of them to the source: most of what a program with many resources costs. Only PULUMI_DEBUG_PROMISE_LEAKS prints them. An error that
 * the registration throws keeps its frames, since nothing reads them before.
 *
 * The engine stores one stack trace of each resource, and writes the whole state with every step. So that one has the frames of the program alone.
 */
export function shortenStackTraces(): () => void {
  if (process.env["PULUMI_DEBUG_PROMISE_LEAKS"]) return () => undefined;
  const given = settings.prepareStackTrace;
  const format = given ?? defaultFormat;
  const short: Format = (error, frames) => (isForPosition() ? format(error, framesOfProgram(frames)) : String(error));
  settings.prepareStackTrace = short;
  return () => {
    // A transformation may have loaded a package that formats stack traces.
    if (settings.prepareStackTrace === short) settings.prepareStackTrace = given;
  };
}

/** The SDK asks for all frames only where it looks for the position of the resource in the program. */
function isForPosition(): boolean {
  return settings.stackTraceLimit === Infinity;
}

/**
 * The SDK skips its own frames at the top, and one of the package. Of those below, the program's are kept: not those of the package, of Node, and of
 * the SDK that has started the program.
 */
function framesOfProgram(frames: Frame[]): Frame[] {
  const first = frames.findIndex(isOwn);
  return first === -1 ? frames : [...frames.slice(0, first + 1), ...frames.slice(first + 1).filter(isOfProgram)];
}

// In a bundle of the user, the frames of the program have the same file as those of the package, or none of this kind.
const isBundled =
  typeof __filename === "undefined" || !/[\\/](sdk[\\/]stackTraces\.ts|dist[\\/]sdk[\\/]shared\.js)$/.test(__filename);
const ownFolder = isBundled ? undefined : `${dirname(__filename)}${sep}`;

function isOwn(frame: Frame): boolean {
  return ownFolder !== undefined && frame.getFileName()?.startsWith(ownFolder) === true;
}

const folderOfSdk = `${sep}${join("node_modules", "@pulumi", "pulumi")}${sep}`;

function isOfProgram(frame: Frame): boolean {
  // Native code has no file. A program of ES modules has URLs.
  const file = frame.getFileName()?.replaceAll("/", sep);
  return file !== undefined && !isOwn(frame) && !file.startsWith("node:") && !file.includes(folderOfSdk);
}

function defaultFormat(error: Error, frames: Frame[]): string {
  return [String(error), ...frames.map((frame) => `    at ${frame.toString()}`)].join("\n");
}
