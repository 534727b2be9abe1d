import type { Context } from "../../provider/resource/context";

/** The context of an operation without a host. `show` gets every line that the operation would print. */
export function contextOf(
  { account, clock, signal = new AbortController().signal }: Pick<Context, "account" | "clock"> & Partial<Context>,
  show: (line: string) => void = () => undefined,
): Context {
  const reportFailure = ({ message }: Error): void => {
    show(message);
  };
  return {
    urn: undefined,
    account,
    clock,
    signal,
    progress: (status, line = () => status) => {
      show(line());
    },
    reached: show,
    info: show,
    warn: show,
    reportFailure,
  };
}
