// What the jobs of .gitlab-ci.yml ask of GitLab. It needs Node 20 or newer and GITLAB_TOKEN, but no package.
//
//   node gitlab.mjs note FILE            writes FILE as a note on the merge request, or updates its earlier note
//   node gitlab.mjs require-label NAME   exits with 3 unless the label was set on the merge request after its last push
//   node gitlab.mjs drift-found FILE     opens an issue with the text of FILE, or updates the open one
//   node gitlab.mjs drift-gone FILE      closes that issue
import { readFileSync } from "node:fs";

const { CI_API_V4_URL, CI_COMMIT_SHA, CI_JOB_URL, CI_MERGE_REQUEST_IID, CI_PROJECT_ID, GITLAB_TOKEN } = process.env;
const project = `projects/${CI_PROJECT_ID}`;
const commands = { note, "require-label": requireLabel, "drift-found": driftFound, "drift-gone": driftGone };

try {
  const [name, argument] = process.argv.slice(2);
  if (commands[name] === undefined || argument === undefined)
    throw new Error(`use one of ${Object.keys(commands).join(", ")}, with an argument`);
  await commands[name](argument);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

async function note(file) {
  const { text, marker } = summaryIn(file);
  const notes = `${project}/merge_requests/${CI_MERGE_REQUEST_IID}/notes`;
  const { id: me } = await ask("GET", "user");
  // Somebody who quotes the note repeats its last line, so only a note of this token's user counts.
  const earlier = (await list(notes)).find(({ author, body }) => author.id === me && body.includes(marker));
  if (earlier === undefined) await ask("POST", notes, { body: text });
  else if (earlier.body.trim() !== text) await ask("PUT", `${notes}/${earlier.id}`, { body: text });
}

async function requireLabel(label) {
  const request = await mergeRequest();
  if (request === undefined)
    return refuse("No merged merge request has this commit, so nobody can allow it with a label: deploy it by hand.");
  if (!request.labels.includes(label))
    return refuse(`To allow it, set the label "${label}" on !${request.iid}, and run this job again.`);
  // The label allows what was reviewed, and a later push changes that.
  const path = `${project}/merge_requests/${request.iid}`;
  const events = await list(`${path}/resource_label_events`);
  const set = latest(events.filter((event) => event.label?.name === label));
  if (set <= latest(await list(`${path}/versions`)))
    return refuse(`The label "${label}" on !${request.iid} was set before the last push: remove it and set it again.`);
  console.log(`The label "${label}" on !${request.iid} allows it.`);
}

function refuse(remedy) {
  console.error(`This would destroy what the summary lists first. ${remedy}`);
  process.exitCode = 3;
}

/** The merge request of this pipeline, or the merged one whose commit this pipeline deploys. */
async function mergeRequest() {
  if (CI_MERGE_REQUEST_IID) return ask("GET", `${project}/merge_requests/${CI_MERGE_REQUEST_IID}`);
  const requests = await list(`${project}/repository/commits/${CI_COMMIT_SHA}/merge_requests`);
  return requests.find(({ state }) => state === "merged");
}

/** When the last of some events happened. */
function latest(events) {
  return Math.max(...events.map((event) => Date.parse(event.created_at)));
}

async function driftFound(file) {
  const { text, stack, issue } = await drift(file);
  if (issue === undefined)
    return ask("POST", `${project}/issues`, { title: `Drift in ${stack}`, description: text, labels: "drift" });
  if (issue.description.trim() === text) return;
  await ask("PUT", `${project}/issues/${issue.iid}`, { description: text });
  await ask("POST", `${project}/issues/${issue.iid}/notes`, { body: `The drift has changed: ${CI_JOB_URL}` });
}

async function driftGone(file) {
  const { issue } = await drift(file);
  if (issue === undefined) return;
  await ask("POST", `${project}/issues/${issue.iid}/notes`, { body: `The drift is gone: ${CI_JOB_URL}` });
  await ask("PUT", `${project}/issues/${issue.iid}`, { state_event: "close" });
}

async function drift(file) {
  const summary = summaryIn(file);
  const { id: me } = await ask("GET", "user");
  const open = await list(`${project}/issues?state=opened&labels=drift`);
  const issue = open.find(({ author, description }) => author.id === me && description?.includes(summary.marker));
  return { ...summary, issue };
}

/** The last line of a summary is hidden, and names the stack. */
function summaryIn(file) {
  const text = readFileSync(file, "utf8").trim();
  const [marker, stack] = /<!-- pulumi-dgraphcloud summary (.+) -->$/.exec(text) ?? [];
  if (marker === undefined) throw new Error(`${file} is no summary of pulumi-dgraphcloud`);
  return { text, marker, stack };
}

async function list(path) {
  const all = [];
  for (let page = 1; ; page++) {
    const entries = await ask("GET", `${path}${path.includes("?") ? "&" : "?"}per_page=100&page=${page}`);
    all.push(...entries);
    if (entries.length < 100) return all;
  }
}

async function ask(method, path, body) {
  const response = await fetch(`${CI_API_V4_URL}/${path}`, {
    method,
    headers: { "private-token": GITLAB_TOKEN ?? "", "content-type": "application/json" },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  const answer = await response.json();
  if (response.ok) return answer;
  throw new Error(`GitLab answered ${response.status} to ${method} ${path}: ${JSON.stringify(answer)}`);
}
