import nock from "nock";

// Other suites of this process use real sockets, so nock is active only where a suite asks for it.
nock.restore();

/** A request as nock received it. */
export interface Sent {
  readonly headers: Readonly<Record<string, string | string[] | number | undefined>>;
  /** The exact bytes of the body. */
  readonly body: string;
}

/** Puts nock between this suite and the network. A test fails on an unexpected request, and on an expected one that was never sent. */
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
