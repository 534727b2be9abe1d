import { basename, dirname, sep } from "node:path";

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
 */
export function shortenStackTraces(): () => void {
  if (process.env["PULUMI_DEBUG_PROMISE_LEAKS"]) return () => undefined;
  const given = settings.prepareStackTrace;
  const format = given ?? defaultFormat;
  const short: Format = (error, frames) => (isForPosition() ? format(error, withOneOwnFrame(frames)) : String(error));
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

/** The SDK expects one frame of the package between its own frames and those of the program. */
function withOneOwnFrame(frames: Frame[]): Frame[] {
  const first = frames.findIndex(isOwn);
  return frames.filter((frame, index) => index === first || !isOwn(frame));
}

// In a bundle, the frames of the program have the same file as those of the package, or none of this kind.
const isBundled = typeof __filename === "undefined" || !basename(__filename).startsWith("stackTraces.");
const ownFolder = isBundled ? undefined : `${dirname(__filename)}${sep}`;

function isOwn(frame: Frame): boolean {
  return ownFolder !== undefined && frame.getFileName()?.startsWith(ownFolder) === true;
}

function defaultFormat(error: Error, frames: Frame[]): string {
  return [String(error), ...frames.map((frame) => `    at ${frame.toString()}`)].join("\n");
}
