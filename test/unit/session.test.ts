import type { ServerResponse } from "node:http";
import { expect } from "chai";
import { ControlPlane } from "../../provider/api/controlPlane";
import { identityOf } from "../../provider/api/identity";
import { RetryBudget, type Retrying } from "../../provider/api/retry";
import { Session } from "../../provider/api/session";
import type { Credentials } from "../../provider/api/settings";
import { DeadlineError, SettingsError } from "../../provider/errors/errors";
import { ThrottledError, UnauthorizedError } from "../../provider/errors/requestErrors";
import { scrub } from "../../provider/errors/redact";
import { callWithin, startOfTime, TestClock } from "../harness/clocks";
import { rejection } from "../harness/errors";
import { answerJson, type Received, Service } from "../harness/httpService";

const email = "me@example.com";
const password = "the-password-of-the-session-tests";
const hour = 3_600_000;

function jwt(claims: object): string {
  return `eyJhbGciOiJub25lIn0.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.x`;
}

describe("a session", () => {
  let clock: TestClock;
  let service: Service;
  /** Answers to log-ins: a number is an HTTP status, a promise delays the answer. Without one, each log-in returns a new token. */
  let logins: (object | number | "held")[];
  let hold: (answer: () => void) => void;
  /** Whether the service accepts a token. */
  let accepts: (token: string) => boolean;
  /** How the service refuses a token. */
  let refuse: (response: ServerResponse) => void;
  let issued: string[];

  function answering({ operation, headers }: Received, response: ServerResponse): void {
    if (operation === "login") {
      const planned = logins.shift();
      if (typeof planned === "number") {
        answerJson(response, {}, planned);
        return;
      }
      const token = jwt({ nr: issued.length + 1, email });
      issued.push(token);
      const issue = { data: { login: { token } } };
      if (planned === "held") {
        hold(() => {
          answerJson(response, issue);
        });
      } else answerJson(response, planned ?? issue);
    } else if (accepts(headers.authorization?.replace("Bearer ", "") ?? "")) {
      answerJson(response, { data: { [operation]: operation === "deployments" ? [] : "done" } });
    } else {
      refuse(response);
    }
  }

  beforeEach(async () => {
    clock = new TestClock();
    logins = [];
    issued = [];
    accepts = () => true;
    refuse = (response) => {
      answerJson(response, {}, 401);
    };
    service = await Service.start(answering);
  });

  afterEach(() => service.stop());

  function open(credentials: Credentials = { email, password }): { session: Session; control: ControlPlane } {
    const retrying: Retrying = { clock, random: () => 1, budget: new RetryBudget() };
    const session = new Session(service.endpoint, credentials, retrying);
    return { session, control: new ControlPlane(service.endpoint, session, retrying) };
  }

  const call = () => callWithin(clock, 10 * hour);
  const eight = <T>(work: () => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: 8 }, work));

  it("makes no request before the first call", () => {
    expect(open().session.identity()).to.deep.equal([]);
    expect(service.requests).to.have.lengthOf(0);
  });

  it("logs in once for eight concurrent first calls", async () => {
    const { control } = open();
    await eight(() => control.deployments(call()));
    expect(service.count("login")).to.equal(1);
    expect(service.count("deployments")).to.equal(8);
  });

  it("does not log in when a token is set", async () => {
    const { control, session } = open({ token: "a-token-from-the-settings" });
    await eight(() => control.deployments(call()));
    clock.pass(1_000 * hour);
    await control.deployments(call());
    expect(service.count("login")).to.equal(0);
    expect(service.requests[0]!.headers.authorization).to.equal("Bearer a-token-from-the-settings");
    expect(session.identity()).to.deep.equal([]);
  });

  it("knows the account after the first call", async () => {
    const { session } = open();
    const token = await session.token(call());
    expect(session.identity()).to.deep.equal(identityOf(email, token)).and.to.have.lengthOf(1);
  });

  it("knows the name of the account after the first call", async () => {
    const { session } = open();
    expect(session.accountName).to.equal(undefined);
    await session.token(call());
    expect(session.accountName).to.equal(email);
  });

  it("never prints the password or tokens", async () => {
    const { session } = open();
    const token = await session.token(call());
    expect(scrub(`${password} ${token}`)).to.equal("[secret] [secret]");
  });

  describe("whose token expires", () => {
    const lifetimes: readonly [what: string, token: string, renewedAfterMs: number][] = [
      ["of 1,000 s is renewed after 800 s", jwt({ exp: startOfTime / 1_000 + 1_000 }), 800_000],
      ["of a day is renewed after 19.2 hours", jwt({ exp: startOfTime / 1_000 + 86_400 }), 69_120_000],
      ["that does not tell is taken for one of three hours", "an-opaque-token-from-login", 8_640_000],
    ];
    for (const [what, token, renewedAfterMs] of lifetimes) {
      it(what, async () => {
        logins = [{ data: { login: { token } } }];
        const { session } = open();
        expect(await session.token(call())).to.equal(token);
        clock.pass(renewedAfterMs - 1);
        expect(await session.token(call())).to.equal(token);
        expect(service.count("login")).to.equal(1);
        clock.pass(1);
        expect(await session.token(call())).not.to.equal(token);
        expect(service.count("login")).to.equal(2);
      });
    }

    it("logs in once more for eight calls at once", async () => {
      const { session } = open();
      await session.token(call());
      clock.pass(3 * hour);
      const tokens = await eight(() => session.token(call()));
      expect(tokens).to.deep.equal(Array<string | undefined>(8).fill(issued[1]));
      expect(service.count("login")).to.equal(2);
    });

    it("keeps its account during the next log-in", async () => {
      const { session } = open();
      await session.token(call());
      clock.pass(3 * hour);
      const next = session.token(call());
      expect(session.identity()).to.have.lengthOf(1);
      await next;
    });

    it("logs in twice in a wait of four hours", async () => {
      const { control } = open();
      for (let minute = 0; minute < 240; minute += 5) {
        await control.deployments(call());
        clock.pass(5 * 60_000);
      }
      expect(service.count("login")).to.equal(2);
    });

    it("continues after a log-in that failed once", async () => {
      const { session } = open();
      await session.token(call());
      clock.pass(3 * hour);
      logins = [503];
      expect(await session.token(call())).to.equal(issued[1]);
      expect(service.count("login")).to.equal(3);
    });
  });

  describe("that is refused", () => {
    const ways: readonly [what: string, refuse: (response: ServerResponse) => void][] = [
      [
        "HTTP 401",
        (response) => {
          answerJson(response, {}, 401);
        },
      ],
      [
        "HTTP 403",
        (response) => {
          answerJson(response, {}, 403);
        },
      ],
      [
        "null",
        (response) => {
          answerJson(response, { data: { deployments: null, updateDeployment: null } });
        },
      ],
      [
        "an error that says so",
        (response) => {
          answerJson(response, { errors: [{ message: "token is expired" }] });
        },
      ],
    ];
    for (const [what, way] of ways) {
      it(`with ${what} logs in once more and repeats the call once`, async () => {
        const { control } = open();
        await control.deployments(call());
        refuse = way;
        accepts = (token) => token !== issued[0];
        expect(await control.deployments(call())).to.deep.equal([]);
        expect([service.count("login"), service.count("deployments")]).to.deep.equal([2, 3]);
        await control.updateDeployment({ uid: "0x1", name: "n" }, call());
        expect([service.count("login"), service.count("updateDeployment")]).to.deep.equal([2, 1]);
      });

      it(`with ${what} twice fails, and names the settings and --run-program`, async () => {
        const { control } = open();
        refuse = way;
        accepts = () => false;
        const error = await rejection(control.deployments(call()));
        expect(error).to.be.instanceOf(UnauthorizedError);
        expect(error.message).to.contain("dgraphcloud:token").and.to.contain("DGRAPHCLOUD_PASSWORD");
        expect(error.message).to.contain("--run-program").and.not.to.contain(password);
        expect([service.count("login"), service.count("deployments")]).to.deep.equal([2, 2]);
        expect(clock.sleeps).to.deep.equal([]);
      });

      it(`with ${what} fails after one request when the token comes from the settings`, async () => {
        const { control } = open({ token: "a-token-from-the-settings" });
        refuse = way;
        accepts = () => false;
        const error = await rejection(control.deployments(call()));
        expect(error).to.be.instanceOf(UnauthorizedError);
        expect(error.message).to.contain("dgraphcloud:token").and.not.to.contain("a-token-from");
        expect(service.requests.map(({ operation }) => operation)).to.deep.equal(["deployments"]);
      });
    }

    it("logs in once more for eight calls at once", async () => {
      const { control } = open();
      await control.deployments(call());
      accepts = (token) => token !== issued[0];
      await eight(() => control.deployments(call()));
      expect([service.count("login"), service.count("deployments")]).to.deep.equal([2, 17]);
    });

    it("logs in again once per call, however often the call is retried for other reasons", async () => {
      const { control } = open();
      accepts = () => false;
      refuse = (response) => {
        answerJson(response, {}, service.count("deployments") === 2 ? 503 : 401);
      };
      expect(await rejection(control.deployments(call()))).to.be.instanceOf(UnauthorizedError);
      expect([service.count("login"), service.count("deployments")]).to.deep.equal([2, 3]);
    });

    it("uses the token that another call has fetched meanwhile", async () => {
      const { session } = open();
      const old = await session.token(call());
      const renewed = await session.renewed(old, call());
      expect(await session.renewed(old, call())).to.equal(renewed);
      expect(service.count("login")).to.equal(2);
    });
  });

  describe("whose log-in", () => {
    const wrong: readonly [what: string, answer: object | number][] = [
      ["is answered with null", { data: { login: null } }],
      ["is answered with an error", { data: null, errors: [{ message: "wrong credentials" }] }],
      ["is answered with 401", 401],
    ];
    for (const [what, answer] of wrong) {
      it(`${what} makes one request in the whole run, for any number of calls`, async () => {
        logins = [answer];
        const { control } = open();
        const errors = await eight(() => rejection(control.deployments(call())));
        errors.push(await rejection(control.updateDeployment({ uid: "0x1" }, call())));
        for (const error of errors) expect(error).to.be.instanceOf(SettingsError);
        expect(service.requests.map(({ operation }) => operation)).to.deep.equal(["login"]);
        expect(clock.sleeps).to.deep.equal([]);
      });

      it(`${what} names the account, the settings and --run-program, but not the password`, async () => {
        logins = [answer];
        const { message } = await rejection(open().session.token(call()));
        expect(message).to.contain(`refused the log-in of ${email}`);
        for (const name of ["token", "email", "password"]) {
          expect(message).to.contain(`dgraphcloud:${name}`).and.to.contain(`DGRAPHCLOUD_${name.toUpperCase()}`);
        }
        expect(message).to.contain("--run-program").and.not.to.contain(password);
      });
    }

    it("is answered with 503 or 429 is retried", async () => {
      logins = [503, 429, 502];
      expect(await open().session.token(call())).to.equal(issued[0]);
      expect(clock.sleeps).to.deep.equal([500, 1_000, 2_000]);
    });

    it("fails once fails the waiting calls, and is retried by the next call", async () => {
      logins = [429];
      const { session } = open();
      const errors = await eight(() => rejection(session.token(callWithin(clock, 100))));
      for (const error of errors) expect(error).to.be.instanceOf(ThrottledError);
      logins = [];
      expect(await session.token(call())).to.equal(issued[0]);
    });

    it("is slow is awaited by each call until its own deadline, and serves the others", async () => {
      let answer = (): void => undefined;
      logins = ["held"];
      const came = new Promise<void>((resolve) => {
        hold = (answerNow) => {
          answer = answerNow;
          resolve();
        };
      });
      const { session } = open();
      const patient = session.token(call());
      await came;
      const error = rejection(session.token(callWithin(clock, 10_000, { limit: "timeouts.create (10s)" })));
      clock.pass(10_000);
      expect(await error).to.be.instanceOf(DeadlineError);
      expect((await error).message).to.match(/^the log-in took longer than timeouts\.create \(10s\)\.\n/);
      answer();
      expect(await patient).to.equal(issued[0]);
      expect(service.count("login")).to.equal(1);
    });

    it("is answered in a wrong shape fails, and names the path without the value", async () => {
      logins = [{ data: { login: { token: 123454321 } } }];
      const { message } = await rejection(open().session.token(call()));
      expect(message).to.contain("login at 127.0.0.1").and.to.contain("data.login.token");
      expect(message).not.to.contain("123454321");
    });

    it("lacks credentials makes no request, and names what is missing", async () => {
      const { control } = open({ missing: "password" });
      const { message } = await rejection(control.deployments(call()));
      expect(message).to.match(/^no password for Dgraph Cloud is set\.\nSet dgraphcloud:token/);
      expect(message).to.contain("DGRAPHCLOUD_EMAIL").and.to.contain("--run-program");
      expect(service.requests).to.have.lengthOf(0);
    });
  });
});
