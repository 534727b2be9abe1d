import { checkSettings, readSettings, type StackSettings } from "../api/settings";
import { systemClock } from "../time";
import { Account } from "./account";

/** Accounts by their settings: all look-ups of a program share one log-in and one list. */
const accounts = new Map<string, Account>();

/** The account or the cluster that the settings name: the same one for the same settings. */
export function accountOf(stack: StackSettings, environment: NodeJS.ProcessEnv): Account {
  const settings = readSettings((name) => stack[name], environment);
  checkSettings(settings);
  const key = JSON.stringify(settings);
  const account = accounts.get(key) ?? new Account(settings, systemClock);
  accounts.set(key, account);
  return account;
}
