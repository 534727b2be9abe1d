import { answerJson, type Received, Service } from "../httpService";

export interface Note {
  readonly id: number;
  body: string;
  readonly author: { readonly id: number };
}

export interface MergeRequest {
  readonly iid: number;
  state: "opened" | "merged";
  readonly labels: string[];
  readonly notes: Note[];
  readonly labelEvents: { readonly created_at: string; readonly action: string; readonly label: { name: string } }[];
  readonly versions: { readonly created_at: string }[];
  /** The commits on the default branch that merged it. */
  readonly commits: string[];
}

export interface Issue {
  readonly iid: number;
  readonly title: string;
  description: string;
  readonly labels: readonly string[];
  readonly author: { readonly id: number };
  state: "opened" | "closed";
  readonly notes: Note[];
}

interface Incoming {
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
  readonly content: Readonly<Record<string, string>>;
}

/** The user of the token, and everybody else. */
const tokenUser = { id: 1 };
const somebody = { id: 2 };

/** The part of GitLab's API that the jobs use, with its state, on a loopback socket. */
export class FakeGitLab {
  readonly token = "glpat-token-of-the-jobs";
  readonly requests = new Map<number, MergeRequest>();
  readonly issues: Issue[] = [];
  /** Every request that changed something. */
  readonly writes: string[] = [];
  private ids = 0;
  private seconds = Date.parse("2030-01-01T00:00:00Z") / 1000;

  private constructor(private readonly service: Service) {}

  static async start(): Promise<FakeGitLab> {
    const service = await Service.start((request, response) => {
      const [status, body] = fake.answer(request);
      answerJson(response, body, status);
    });
    const fake: FakeGitLab = new FakeGitLab(service);
    return fake;
  }

  get url(): string {
    return `${this.service.endpoint.origin}/api/v4`;
  }

  stop(): Promise<void> {
    return this.service.stop();
  }

  open(iid: number): MergeRequest {
    const request: MergeRequest = {
      ...{ iid, state: "opened", labels: [], notes: [], labelEvents: [], commits: [] },
      versions: [{ created_at: this.now() }],
    };
    this.requests.set(iid, request);
    return request;
  }

  push({ versions }: MergeRequest): void {
    // GitLab lists the newest first.
    versions.unshift({ created_at: this.now() });
  }

  addLabel({ labels, labelEvents }: MergeRequest, name: string): void {
    labels.push(name);
    labelEvents.push({ created_at: this.now(), action: "add", label: { name } });
  }

  removeLabel({ labels, labelEvents }: MergeRequest, name: string): void {
    labels.splice(labels.indexOf(name), 1);
    labelEvents.push({ created_at: this.now(), action: "remove", label: { name } });
  }

  merge(request: MergeRequest, commit: string): void {
    request.state = "merged";
    request.commits.push(commit);
  }

  /** What somebody else than the jobs writes. */
  writeNote({ notes }: MergeRequest, body: string): void {
    notes.push({ id: ++this.ids, body, author: somebody });
  }

  writeIssue(title: string, description: string, labels: readonly string[]): void {
    this.addIssue({ title, description, labels, author: somebody });
  }

  /** All texts that anybody can read. */
  texts(): string[] {
    const notes = [...this.requests.values(), ...this.issues].flatMap((one) => one.notes.map(({ body }) => body));
    return [...notes, ...this.issues.map(({ description }) => description)];
  }

  private now(): string {
    return new Date(++this.seconds * 1000).toISOString();
  }

  private addIssue(issue: Pick<Issue, "title" | "description" | "labels" | "author">): Issue {
    const added: Issue = { ...issue, iid: this.issues.length + 1, state: "opened", notes: [] };
    this.issues.push(added);
    return added;
  }

  private answer({ method, path, headers, body }: Received): readonly [status: number, body: unknown] {
    if (headers["private-token"] !== this.token) return [401, { message: "401 Unauthorized" }];
    const { pathname, searchParams } = new URL(path, this.url);
    for (const [route, handle] of Object.entries(this.routes)) {
      const [verb = "", pattern = ""] = route.split(" ");
      const parts = new RegExp(`^/api/v4/${pattern}$`).exec(pathname)?.slice(1);
      if (verb !== method || parts === undefined) continue;
      const content = (body === "" ? {} : JSON.parse(body)) as Incoming["content"];
      const result = handle({ parts, query: searchParams, content });
      if (result === undefined) break;
      if (method !== "GET") this.writes.push(route);
      return [method === "POST" ? 201 : 200, Array.isArray(result) ? page(result, searchParams) : result];
    }
    return [404, { message: "404 Not found" }];
  }

  private readonly routes: Readonly<Record<string, (request: Incoming) => object | undefined>> = {
    "GET user": () => tokenUser,
    "GET projects/7/merge_requests/(\\d+)": ({ parts }) => this.request(parts),
    "GET projects/7/merge_requests/(\\d+)/notes": ({ parts }) =>
      // GitLab lists the newest first.
      this.request(parts)?.notes.toReversed(),
    "GET projects/7/merge_requests/(\\d+)/versions": ({ parts }) => this.request(parts)?.versions,
    "GET projects/7/merge_requests/(\\d+)/resource_label_events": ({ parts }) => this.request(parts)?.labelEvents,
    "POST projects/7/merge_requests/(\\d+)/notes": ({ parts, content }) => this.note(this.request(parts), content),
    "PUT projects/7/merge_requests/(\\d+)/notes/(\\d+)": ({ parts, content }) => {
      const note = this.request(parts)?.notes.find(({ id }) => id === Number(parts[1]));
      // Nobody can change a note of somebody else.
      return note?.author.id === tokenUser.id ? Object.assign(note, { body: content["body"] }) : undefined;
    },
    "GET projects/7/repository/commits/(\\w+)/merge_requests": ({ parts }) =>
      [...this.requests.values()].filter(({ commits }) => commits.includes(parts[0] ?? "")),
    "GET projects/7/issues": ({ query }) => {
      const [state, label] = [query.get("state"), query.get("labels") ?? ""];
      return this.issues.filter((issue) => issue.state === state && issue.labels.includes(label)).reverse();
    },
    "POST projects/7/issues": ({ content }) => {
      const { title = "", description = "", labels = "" } = content;
      return this.addIssue({ title, description, labels: labels.split(","), author: tokenUser });
    },
    "PUT projects/7/issues/(\\d+)": ({ parts, content }) => {
      const issue = this.issue(parts);
      if (issue === undefined) return undefined;
      if (content["description"] !== undefined) issue.description = content["description"];
      if (content["state_event"] === "close") issue.state = "closed";
      return issue;
    },
    "POST projects/7/issues/(\\d+)/notes": ({ parts, content }) => this.note(this.issue(parts), content),
  };

  private note(of: { readonly notes: Note[] } | undefined, { body = "" }: Incoming["content"]): Note | undefined {
    of?.notes.push({ id: ++this.ids, body, author: tokenUser });
    return of?.notes.at(-1);
  }

  private request([iid]: readonly string[]): MergeRequest | undefined {
    return this.requests.get(Number(iid));
  }

  private issue([iid]: readonly string[]): Issue | undefined {
    return this.issues.find((issue) => issue.iid === Number(iid));
  }
}

/** One page of a list: 20 entries, or as many as asked for. */
function page(all: readonly unknown[], query: URLSearchParams): readonly unknown[] {
  const size = Number(query.get("per_page") ?? 20);
  const start = (Number(query.get("page") ?? 1) - 1) * size;
  return all.slice(start, start + size);
}
