import { answerJson, type Received, Service } from "../httpService";

export interface Issue {
  readonly number: number;
  readonly title: string;
  body: string;
  readonly labels: readonly string[];
  state: "open" | "closed";
  readonly comments: string[];
  readonly isPullRequest?: boolean;
}

interface Incoming {
  readonly title?: string;
  readonly body?: string;
  readonly labels?: readonly string[];
  readonly state?: Issue["state"];
}

/** The part of GitHub's API for issues that the workflow for drift uses, with its state, on a loopback socket. */
export class FakeIssues {
  readonly issues: Issue[] = [];
  /** Every request that changed something. */
  readonly writes: string[] = [];
  private readonly tokens = new Map<string, Readonly<Record<string, string>>>();

  private constructor(private readonly service: Service) {}

  static async start(): Promise<FakeIssues> {
    const service = await Service.start((request, response) => {
      const [status, body] = fake.answer(request);
      answerJson(response, body, status);
    });
    const fake: FakeIssues = new FakeIssues(service);
    return fake;
  }

  get url(): string {
    return this.service.endpoint.origin;
  }

  stop(): Promise<void> {
    return this.service.stop();
  }

  /** Opens an issue, or a pull request, which is an issue to GitHub. */
  open(issue: Pick<Issue, "title" | "body" | "labels" | "isPullRequest">): Issue {
    const opened: Issue = { ...issue, number: this.issues.length + 1, state: "open", comments: [] };
    this.issues.push(opened);
    return opened;
  }

  /** The token of a job: it may do what the permissions of the job allow. */
  readonly issueToken = (permissions: Readonly<Record<string, string>>): string => {
    const token = `ghs_token-of-job-${this.tokens.size + 1}`;
    this.tokens.set(token, permissions);
    return token;
  };

  private answer(request: Received): readonly [status: number, body: unknown] {
    const { pathname, searchParams } = new URL(request.path, this.url);
    const permissions = this.tokens.get((request.headers.authorization ?? "").replace(/^Bearer /, ""));
    if (permissions === undefined) return [401, { message: "Bad credentials" }];
    const sufficient = request.method === "GET" ? ["read", "write"] : ["write"];
    if (!sufficient.includes(permissions["issues"] ?? "none"))
      return [403, { message: "Resource not accessible by integration" }];
    const [, number, comments] = /^\/repos\/acme\/shop\/issues(?:\/(\d+)(\/comments)?)?$/.exec(pathname) ?? [];
    const issue = this.issues.find((one) => one.number === Number(number));
    const content = (request.body === "" ? {} : JSON.parse(request.body)) as Incoming;
    const route = `${request.method}${number === undefined ? "" : " issue"}${comments === undefined ? "" : " comments"}`;
    if (pathname.startsWith("/repos/acme/shop/issues") && route === "GET") return [200, this.listed(searchParams)];
    if ((content.body?.length ?? 0) > 65_536) return [422, { message: "Validation Failed" }];
    this.writes.push(route);
    if (route === "POST") {
      const { title = "", body = "", labels = [] } = content;
      return [201, shown(this.open({ title, body, labels }))];
    }
    if (route === "PATCH issue" && issue !== undefined) return [200, shown(Object.assign(issue, content))];
    if (route === "POST issue comments" && issue !== undefined) {
      issue.comments.push(content.body ?? "");
      return [201, { body: content.body }];
    }
    return [404, { message: "Not Found" }];
  }

  private listed(query: URLSearchParams): object[] {
    const label = query.get("labels");
    const found = this.issues.filter(
      ({ state, labels }) => state === query.get("state") && (label === null || labels.includes(label)),
    );
    const size = Number(query.get("per_page") ?? 30);
    const start = (Number(query.get("page") ?? 1) - 1) * size;
    // GitHub lists the newest first.
    return found
      .reverse()
      .slice(start, start + size)
      .map(shown);
  }
}

function shown({ number, title, body, labels, state, isPullRequest }: Issue): object {
  return {
    ...{ number, title, body, state, html_url: `https://github.example/acme/shop/issues/${number}` },
    labels: labels.map((name) => ({ name })),
    ...(isPullRequest === true ? { pull_request: {} } : {}),
  };
}
