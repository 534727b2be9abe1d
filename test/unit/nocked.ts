import nock from "nock";

// Real sockets are the rule in this process; a suite that wants otherwise says so.
nock.restore();

/** A request as nock saw it. */
export interface Sent {
  readonly headers: Readonly<Record<string, string | string[] | number | undefined>>;
  /** The exact bytes of the body. */
  readonly body: string;
}

/** Puts nock between this suite and the network. An unplanned request fails, and so does a planned one that never came. */
export function withNock(): typeof nock {
  before(() => {
    nock.activate();
    nock.disableNetConnect();
  });
  afterEach(() => {
    const pending = nock.pendingMocks();
    nock.cleanAll();
    if (pending.length > 0) throw new Error(`never requested: ${pending.join(", ")}`);
  });
  after(() => {
    nock.enableNetConnect();
    nock.restore();
  });
  return nock;
}

/** Collects what is sent to a scope. */
export function sentTo(scope: nock.Scope): Sent[] {
  const sent: Sent[] = [];
  scope.on("request", (request: { headers: Sent["headers"] }, _: unknown, body: string) => {
    sent.push({ headers: request.headers, body });
  });
  return sent;
}
