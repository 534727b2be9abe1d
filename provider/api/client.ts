import { noSuchBackend } from "../errors/errors";
import { type AnswerData, NotSentError, type RequestSite, UnauthorizedError } from "../errors/requestErrors";
import type { Clock } from "../time";
import type { Deployment } from "./deployment";
import type { DeploymentList } from "./deploymentList";
import { beforeSending, type Call, requestMs, type Retrying, type RetryPolicy, withRetries } from "./retry";
import type { Session } from "./session";
import { backendUrl } from "./settings";
import { postGraphql, probe, type Probed } from "./transport";

/** One operation of a plane. The client adds the address and the token. */
export interface PlaneRequest<T> {
  /** Name of the operation, for messages. */
  readonly operation: string;
  readonly document: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly policy: RetryPolicy;
  readonly call: Call;
  /** Whether it may take as long as the operation has, like an update that builds indexes. */
  readonly isSlow?: boolean;
  /** Reads the answer, or throws what is wrong with it. */
  readonly parse: (data: AnswerData, site: RequestSite) => T;
}

/** Sends requests to the control plane: at the endpoint of the settings, with the token of the session. */
export class ControlClient {
  constructor(
    private readonly endpoint: URL,
    private readonly session: Session,
    private readonly retrying: Retrying,
  ) {}

  send<T>(request: PlaneRequest<T>): Promise<T> {
    const { operation, call } = request;
    const loggedIn = (token: Promise<string>): Promise<string> => beforeSending(`${operation} was not sent`, token);
    return sendWithToken(this.retrying, request, {
      token: () => loggedIn(this.session.token(call)),
      renewed: async (refused) => {
        const token = await loggedIn(this.session.renewed(refused, call));
        return token === refused ? undefined : token;
      },
      post: (token) => {
        const headers = { authorization: `Bearer ${token}` };
        return post(this.retrying.clock, request, { url: this.endpoint, headers, isEndpoint: true });
      },
    });
  }
}

/** Sends requests to the backends: at the host and with the token that the account's list has for the uid. */
export class BackendClient {
  /** Host and token of each backend as last seen: a wait of hours must not need the control plane. */
  private readonly located = new Map<string, Deployment>();

  constructor(
    private readonly endpoint: URL,
    private readonly list: DeploymentList,
    private readonly retrying: Retrying,
    /** What to call the account in messages. */
    private readonly accountName: () => string | undefined,
  ) {}

  /** The backend in the account's list. The list is read anew before the backend is reported as absent. */
  async locate(uid: string, call: Call): Promise<Deployment> {
    const [found] = await this.list.find({ uid }, call, "known");
    if (found === undefined) throw noSuchBackend(uid, this.accountName());
    this.located.set(uid, found);
    return found;
  }

  /** The host of a backend, as it was last seen. */
  async hostOf(uid: string, call: Call): Promise<string> {
    return (this.located.get(uid) ?? (await this.locate(uid, call))).url;
  }

  async send<T>(uid: string, path: string, request: PlaneRequest<T>): Promise<T> {
    const { operation, policy, call } = request;
    const notSent = `${operation} was not sent`;
    const known = this.located.get(uid) ?? (await beforeSending(notSent, this.locate(uid, call)));
    return sendWithToken(this.retrying, request, {
      token: () => Promise.resolve(this.located.get(uid) ?? known),
      renewed: async (_, refusal) => {
        // A text about authorization may be about a later step, such as reading the source's backups: something may have been done.
        if (policy === "once" && !refusal.byStatus) return undefined;
        const fresh = (await beforeSending(notSent, this.list.anew(call))).get(uid);
        if (fresh === undefined || fresh.jwtToken === known.jwtToken) return undefined;
        this.located.set(uid, fresh);
        return fresh;
      },
      post: ({ url: host, jwtToken }, isRenewed) => {
        const url = backendUrl(this.endpoint, host, path);
        const answer = post(this.retrying.clock, request, { url, headers: { "x-auth-token": jwtToken } });
        // The list that renewed the token has just shown that the cloud runs.
        return isRenewed ? answer : this.whileCloudRuns(operation, call, answer);
      },
    });
  }

  /** Sends an OPTIONS request to a backend, which needs no token. */
  probe(host: string, path: string, call: Call): Promise<Probed> {
    const url = backendUrl(this.endpoint, host, path);
    const operation = `OPTIONS ${path}`;
    const timeoutMs = requestMs(this.retrying.clock, operation, "idempotent", call);
    return this.whileCloudRuns(operation, call, probe({ url, operation, timeoutMs, signal: call.signal }));
  }

  /** A backend on this machine refuses connections while it starts, and when its local cloud has ended. The endpoint tells which. */
  private async whileCloudRuns<T>(operation: string, call: Call, answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      if (error instanceof NotSentError && error.isBackendClosed) {
        await beforeSending(`${operation} was not sent`, this.list.recent(call));
      }
      throw error;
    }
  }
}

/** How a plane gets its tokens, and sends with one of them. */
interface TokenSource<Token, T> {
  readonly token: () => Promise<Token>;
  /** Another token in place of a refused one; undefined when there is none, or when the request must not be sent again. */
  readonly renewed: (refused: Token, refusal: UnauthorizedError) => Promise<Token | undefined>;
  readonly post: (token: Token, isRenewed: boolean) => Promise<T>;
}

/** Sends as often as the policy allows. After the first unauthorized answer, the token is renewed and the request sent again, once. */
function sendWithToken<Token, T>(
  retrying: Retrying,
  { policy, call }: PlaneRequest<T>,
  { token, renewed, post }: TokenSource<Token, T>,
): Promise<T> {
  let hasRenewed = false;
  return withRetries(retrying, policy, call, async () => {
    const current = await token();
    try {
      return await post(current, false);
    } catch (error) {
      if (!(error instanceof UnauthorizedError) || hasRenewed) throw error;
      hasRenewed = true;
      const other = await renewed(current, error);
      if (other === undefined) throw error;
      return post(other, true);
    }
  });
}

async function post<T>(
  clock: Clock,
  { operation, document, variables, policy, call, isSlow = false, parse }: PlaneRequest<T>,
  address: { readonly url: URL; readonly headers: Readonly<Record<string, string>>; readonly isEndpoint?: boolean },
): Promise<T> {
  const data = await postGraphql({
    ...address,
    operation,
    document,
    variables,
    timeoutMs: requestMs(clock, document, policy, call, isSlow),
    signal: call.signal,
    idempotent: policy !== "once",
  });
  return parse(data, { operation, host: address.url.host });
}
