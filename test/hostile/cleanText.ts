import { expect } from "chai";

/** Expects one line of limited length, without control characters. */
export function expectCleanLine(text: string): void {
  expect(text).not.to.match(/[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
  expect(text.length).to.be.at.most(5_000);
}

/** Expects a message of a failure, one line per action, and a link; text of the service must not add a line. */
export function expectCleanMessage(message: string): void {
  const lines = message.split("\n");
  for (const line of lines) expectCleanLine(line);
  const actions = lines.slice(1, -1);
  expect(actions, message).to.have.length.within(1, 7);
  if (actions.length > 1) for (const action of actions) expect(action, message).to.match(/^- [A-Z]/);
  expect(lines.at(-1)).to.match(/^See DGC\d{3}: \S+$/);
}
