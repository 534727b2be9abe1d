import type { ChildProcess } from "node:child_process";
import { expect } from "chai";
import { waitUntil } from "../harness/clocks";
import { descendants, isAlive, kill, type ProcessEntry, providerCommand } from "../harness/processes";
import type { Process, Row } from "./rows";

/** How long a process may take to notice a signal before the held request continues. */
export const signalMs = 300;

const commands: Readonly<Record<Process, RegExp>> = {
  pulumi: /^$/,
  "language host": /pulumi-language-nodejs|cmd[\\/]run[\\/]/,
  provider: providerCommand,
};

/** Sends the signal to the process of an engine, or to the engine itself. Returns all processes that the engine has started. */
export function sendSignal(child: ChildProcess, { process, signal }: Pick<Row, "process" | "signal">): ProcessEntry[] {
  const processes = descendants(child.pid ?? 0);
  const victims = processes.filter(({ command }) => commands[process].test(command));
  if (process === "pulumi") child.kill(signal);
  else expect(victims, `processes of the ${process}`).not.to.have.length(0);
  for (const { pid } of victims) kill(pid, signal);
  return processes;
}

/** Waits until the provider processes have ended on their own, and kills all other remaining processes. */
export async function endProcesses(processes: readonly ProcessEntry[]): Promise<void> {
  const providers = processes.filter(({ command }) => commands.provider.test(command));
  const left = (): ProcessEntry[] => providers.filter(({ pid }) => isAlive(pid));
  await waitUntil(() => left().length === 0, { tries: 100, everyMs: 100 });
  const survivors = left();
  for (const { pid } of processes) kill(pid, "SIGKILL");
  expect(survivors, "provider processes that outlive the engine").to.deep.equal([]);
}
