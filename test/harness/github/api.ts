import { answerJson, type Received, Service } from "../httpService";

export interface Comment {
  readonly id: number;
  body: string;
  readonly user: { readonly login: string };
}

/** An issue, or a pull request, which is an issue to GitHub. */
export interface Issue {
  readonly number: number;
  readonly comments: Comment[];
  labels: string[];
  /** Only of a pull request that was merged: the commit on the branch. */
  merged?: { readonly sha: string; readonly base: string };
}

/** The author of what a job writes with its token. */
const jobs = "github-actions[bot]";
const longestBody = 65_536;

type Handler = (request: Incoming) => unknown;

interface Incoming {
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
  readonly body: { readonly body?: string };
}

/** The part of GitHub's API that the workflows use, with its state, on a loopback socket. */
export class FakeGitHub {
  readonly repository = "acme/shop";
  readonly issues = new Map<number, Issue>();
  /** Every request that changed something. */
  readonly writes: string[] = [];
  /** Every text that a comment has or had. */
  readonly bodies: string[] = [];
  private readonly tokens = new Map<string, Readonly<Record<string, string>>>();
  private ids = 0;

  private constructor(private readonly service: Service) {}

  static async start(): Promise<FakeGitHub> {
    const service = await Service.start((request, response) => {
      const [status, body] = fake.answer(request);
      answerJson(response, body, status);
    });
    const fake: FakeGitHub = new FakeGitHub(service);
    return fake;
  }

  get url(): string {
    return this.service.endpoint.origin;
  }

  stop(): Promise<void> {
    return this.service.stop();
  }

  /** Opens an issue or a pull request. */
  open(number: number): Issue {
    const issue: Issue = { number, comments: [], labels: [] };
    this.issues.set(number, issue);
    return issue;
  }

  addComment(issue: Issue, body: string, login: string): void {
    issue.comments.push({ id: ++this.ids, body, user: { login } });
  }

  /** The token of a job: it may do what the permissions of the job allow. */
  readonly issueToken = (permissions: Readonly<Record<string, string>>): string => {
    const token = `ghs_token-of-job-${this.tokens.size + 1}`;
    this.tokens.set(token, permissions);
    return token;
  };

  /** The status and the body of the answer. */
  private answer(request: Received): readonly [status: number, body: unknown] {
    const url = new URL(request.path, this.url);
    const permissions = this.tokens.get((request.headers.authorization ?? "").replace(/^Bearer /, ""));
    if (permissions === undefined) return [401, { message: "Bad credentials" }];
    const start = `/repos/${this.repository}/`;
    const path = url.pathname.startsWith(start) ? url.pathname.slice(start.length) : "";
    const endpoint = this.endpoints.find((one) => one.method === request.method && one.path.test(path));
    if (endpoint === undefined) return [404, { message: "Not Found" }];
    const sufficient = request.method === "GET" ? ["read", "write"] : ["write"];
    if (!sufficient.includes(permissions["pull-requests"] ?? "none"))
      return [403, { message: "Resource not accessible by integration" }];
    const body = (request.body === "" ? {} : JSON.parse(request.body)) as Incoming["body"];
    if ((body.body?.length ?? 0) > longestBody) return [422, { message: "Body is too long" }];
    const parts = endpoint.path.exec(path)?.slice(1).map(decodeURIComponent) ?? [];
    const answer = endpoint.handle({ parts, query: url.searchParams, body });
    if (answer === undefined) return [404, { message: "Not Found" }];
    if (body.body !== undefined) this.bodies.push(body.body);
    if (request.method !== "GET") this.writes.push(`${request.method} ${path}`);
    return [request.method === "POST" ? 201 : 200, answer];
  }

  private readonly endpoints: readonly { method: string; path: RegExp; handle: Handler }[] = [
    {
      method: "GET",
      path: /^issues\/(\d+)\/comments$/,
      handle: ({ parts, query }) => page(this.issue(parts)?.comments, query),
    },
    {
      method: "POST",
      path: /^issues\/(\d+)\/comments$/,
      handle: ({ parts, body }) => {
        const issue = this.issue(parts);
        if (issue !== undefined) this.addComment(issue, body.body ?? "", jobs);
        return issue?.comments.at(-1);
      },
    },
    {
      method: "PATCH",
      path: /^issues\/comments\/(\d+)$/,
      handle: ({ parts, body }) => {
        const all = [...this.issues.values()].flatMap(({ comments }) => comments);
        const comment = all.find(({ id }) => id === Number(parts[0]));
        return comment && Object.assign(comment, { body: body.body ?? "" });
      },
    },
    {
      method: "GET",
      path: /^issues\/(\d+)\/labels$/,
      handle: ({ parts, query }) => page(this.issue(parts)?.labels.map(asLabel), query),
    },
    {
      method: "DELETE",
      path: /^issues\/(\d+)\/labels\/([^/]+)$/,
      handle: ({ parts }) => {
        const issue = this.issue(parts);
        if (issue === undefined || !issue.labels.includes(parts[1] ?? "")) return undefined;
        issue.labels = issue.labels.filter((label) => label !== parts[1]);
        return issue.labels.map(asLabel);
      },
    },
    {
      method: "GET",
      path: /^commits\/(\w+)\/pulls$/,
      handle: ({ parts, query }) => {
        const pulls = [...this.issues.values()].filter(({ merged }) => merged?.sha === parts[0]);
        const shown = pulls.map(({ number, merged, labels }) => ({
          ...{ number, merged_at: "2030-01-01T00:00:00Z", base: { ref: merged?.base } },
          labels: labels.map(asLabel),
        }));
        return page(shown, query);
      },
    },
  ];

  private issue(parts: readonly string[]): Issue | undefined {
    return this.issues.get(Number(parts[0]));
  }
}

function asLabel(name: string): { readonly name: string } {
  return { name };
}

/** One page of a list: 30 entries, or as many as asked for, up to 100. */
function page<T>(all: readonly T[] | undefined, query: URLSearchParams): readonly T[] | undefined {
  const size = Math.min(Number(query.get("per_page") ?? 30), 100);
  const start = (Number(query.get("page") ?? 1) - 1) * size;
  return all?.slice(start, start + size);
}
