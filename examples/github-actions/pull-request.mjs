// What the workflows beside this file ask of GitHub. It needs Node 20 or newer and GITHUB_TOKEN, but no package.
//
//   node pull-request.mjs comment FILE         writes FILE as a comment, or updates the comment that ends with the same line
//   node pull-request.mjs require-label NAME   exits with 3 if the pull request does not have the label
//   node pull-request.mjs remove-label NAME    removes the label from the pull request, if it has it
import { readFileSync } from "node:fs";

const { GITHUB_API_URL, GITHUB_EVENT_PATH, GITHUB_REF_NAME, GITHUB_REPOSITORY, GITHUB_SHA, GITHUB_TOKEN } = process.env;
const commands = { comment, "require-label": requireLabel, "remove-label": removeLabel };

try {
  const [name, argument] = process.argv.slice(2);
  if (!Object.hasOwn(commands, name) || argument === undefined)
    throw new Error(`use one of ${Object.keys(commands).join(", ")}, with an argument`);
  const event = JSON.parse(readFileSync(GITHUB_EVENT_PATH, "utf8"));
  await commands[name](argument, event);
} catch (error) {
  stop(1, error.message);
}

async function comment(file, event) {
  const { number } = event.pull_request;
  const text = readFileSync(file, "utf8").trim();
  const marker = text.split("\n").at(-1);
  if (!/^<!-- .+ -->$/.test(marker)) throw new Error(`the last line of ${file} must be a hidden one: <!-- NAME -->`);
  const comments = await list(`issues/${number}/comments`);
  // Somebody who quotes the comment repeats its last line, so only the comment of a job counts.
  const earlier = comments.find(
    ({ body, user }) => user.login === "github-actions[bot]" && body.trim().split("\n").at(-1) === marker,
  );
  if (earlier === undefined) await ask("POST", `issues/${number}/comments`, { body: text });
  else if (earlier.body.replaceAll("\r\n", "\n").trim() === text) return console.log("The comment is up to date.");
  else await ask("PATCH", `issues/comments/${earlier.id}`, { body: text });
  console.log(earlier === undefined ? "The comment is new." : "The comment is updated.");
}

async function requireLabel(label, event) {
  // Whoever set the label before a push has not reviewed the push. A push to a closed pull request has no event: reopening counts as one.
  const mayBeNew = event.action === "synchronize" || event.action === "reopened";
  const allowed = !mayBeNew && (await labelsOf(event)).includes(label);
  if (allowed) return console.log(`The label "${label}" allows it.`);
  const how = event.pull_request ? "on this pull request" : "on the merged pull request, and run this job again";
  stop(3, `This would destroy what the summary lists first. To allow it, set the label "${label}" ${how}.`);
}

async function removeLabel(label, event) {
  if (!(await labelsOf(event)).includes(label)) return;
  await ask("DELETE", `issues/${event.pull_request.number}/labels/${encodeURIComponent(label)}`);
  console.log(`The label "${label}" is removed: it allowed what was there before this push.`);
}

/** The labels of the pull request, or of the merged one that the pushed commit belongs to. */
async function labelsOf(event) {
  if (event.pull_request) return (await list(`issues/${event.pull_request.number}/labels`)).map(({ name }) => name);
  const pulls = await list(`commits/${GITHUB_SHA}/pulls`);
  const merged = pulls.filter((pull) => pull.merged_at !== null && pull.base.ref === GITHUB_REF_NAME);
  return merged.flatMap(({ labels }) => labels.map(({ name }) => name));
}

async function list(path) {
  const all = [];
  for (let page = 1; ; page++) {
    const entries = await ask("GET", `${path}?per_page=100&page=${page}`);
    all.push(...entries);
    if (entries.length < 100) return all;
  }
}

async function ask(method, path, body) {
  const response = await fetch(`${GITHUB_API_URL}/repos/${GITHUB_REPOSITORY}/${path}`, {
    method,
    headers: { accept: "application/vnd.github+json", authorization: `Bearer ${GITHUB_TOKEN}` },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  const answer = await response.json();
  if (response.ok) return answer;
  const remedy = response.status === 403 ? ' Give the job "permissions: pull-requests: write".' : "";
  throw new Error(`GitHub answered ${response.status} to ${method} ${path}: ${answer.message}.${remedy}`);
}

/** Ends the script with a message that GitHub shows above the log. */
function stop(code, message) {
  console.log(`::error::${message}`);
  process.exit(code);
}
