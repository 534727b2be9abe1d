// Keeps one issue open while there is drift. It needs Node 20 or newer and GITHUB_TOKEN, but no package.
//
//   node drift.mjs found FILE   opens an issue with the text of FILE, or updates the open one
//   node drift.mjs gone FILE    closes the open issue
//
// The last line of FILE is the hidden line of a summary, which names the stack. The script finds the issue of a stack by that line, and
// by the label "drift". Only people with access to the repository can set a label, so no issue of others is taken for it.
import { readFileSync } from "node:fs";

const { GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_RUN_ID, GITHUB_SERVER_URL, GITHUB_TOKEN } = process.env;
const run = `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}`;
const label = "drift";
const commands = { found, gone };

try {
  const [name, file] = process.argv.slice(2);
  if (commands[name] === undefined || file === undefined) throw new Error("use: node drift.mjs found|gone FILE");
  const body = readFileSync(file, "utf8").trim();
  const [marker, stack] = /^<!-- pulumi-dgraphcloud summary (.+) -->$/m.exec(body) ?? [];
  if (marker === undefined) throw new Error(`${file} is no summary of pulumi-dgraphcloud`);
  const issues = await list(`issues?state=open&labels=${label}`);
  const open = issues.find((issue) => issue.pull_request === undefined && issue.body?.includes(marker));
  await commands[name]({ body, stack, open });
} catch (error) {
  console.log(`::error::${error.message}`);
  process.exit(1);
}

async function found({ body, stack, open }) {
  if (open === undefined) {
    const { html_url: url } = await ask("POST", "issues", { title: `Drift in ${stack}`, body, labels: [label] });
    return console.log(`Opened ${url}`);
  }
  if (open.body.replaceAll("\r\n", "\n").trim() === body) return console.log(`${open.html_url} is up to date.`);
  await ask("PATCH", `issues/${open.number}`, { body });
  await ask("POST", `issues/${open.number}/comments`, {
    body: `The drift has changed, see the text above ([run](${run})).`,
  });
  console.log(`Updated ${open.html_url}`);
}

async function gone({ open }) {
  if (open === undefined) return console.log("There is no drift, and no open issue about it.");
  await ask("POST", `issues/${open.number}/comments`, { body: `The drift is gone ([run](${run})).` });
  await ask("PATCH", `issues/${open.number}`, { state: "closed" });
  console.log(`Closed ${open.html_url}`);
}

async function list(path) {
  const all = [];
  for (let page = 1; ; page++) {
    const entries = await ask("GET", `${path}&per_page=100&page=${page}`);
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
  const remedy = response.status === 403 ? ' Give the job "permissions: issues: write".' : "";
  throw new Error(`GitHub answered ${response.status} to ${method} ${path}: ${answer.message}.${remedy}`);
}
