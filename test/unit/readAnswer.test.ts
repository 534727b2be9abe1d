import { expect } from "chai";
import { type HttpAnswer, readAnswer, retryAfterMs } from "../../provider/api/readAnswer";
import { RefusedError } from "../../provider/errors/errors";
import {
  GraphqlError,
  LostAnswerError,
  mayHaveActed,
  ThrottledError,
  UnauthorizedError,
  WrongShapeError,
} from "../../provider/errors/requestErrors";
import { type ErrorClass, thrown } from "../harness/errors";

const site = { operation: "deployments", host: "cloud.example.com" };
/** Part of every body. No message may contain it. */
const inBody = "eyJ0b2tlbiI6-in-the-body";

function read(answer: Partial<HttpAnswer>): unknown {
  return readAnswer(site, { status: 200, retryAfter: null, body: "", ...answer });
}

function json(body: unknown): Partial<HttpAnswer> {
  return { body: JSON.stringify(body) };
}

describe("an answer", () => {
  interface Failing {
    readonly what: string;
    readonly answer: Partial<HttpAnswer>;
    readonly is: ErrorClass;
    readonly says: RegExp;
    /** Whether a mutation with this answer may have been carried out. */
    readonly acted?: boolean;
  }
  const page = `<!DOCTYPE html><html>${inBody}</html>`;
  const errors = [{ message: "first" }, { message: "second" }];
  const failing: readonly Failing[] = [
    { what: "401", answer: { status: 401, body: inBody }, is: UnauthorizedError, says: /not authorized \(HTTP 401\)/ },
    { what: "403", answer: { status: 403, body: inBody }, is: UnauthorizedError, says: /not authorized \(HTTP 403\)/ },
    { what: "429", answer: { status: 429, body: inBody }, is: ThrottledError, says: /too many requests \(HTTP 429\)/ },
    { what: "500", answer: { status: 500, body: inBody }, is: LostAnswerError, says: /HTTP 500/, acted: true },
    { what: "502", answer: { status: 502, body: page }, is: LostAnswerError, says: /HTTP 502/, acted: true },
    { what: "503", answer: { status: 503, body: inBody }, is: LostAnswerError, says: /HTTP 503/, acted: true },
    { what: "504", answer: { status: 504, body: "" }, is: LostAnswerError, says: /HTTP 504/, acted: true },
    {
      what: "301",
      answer: { status: 301, body: inBody },
      is: LostAnswerError,
      says: /HTTP 301, a redirect, which is never/,
      acted: true,
    },
    {
      what: "307",
      answer: { status: 307, body: inBody },
      is: LostAnswerError,
      says: /HTTP 307, a redirect, which is never/,
      acted: true,
    },
    {
      what: "400",
      answer: { status: 400, body: inBody },
      is: RefusedError,
      says: /HTTP 400\n.*address of the GraphQL/,
    },
    { what: "404", answer: { status: 404, body: page }, is: RefusedError, says: /HTTP 404\n.*address of the GraphQL/ },
    { what: "204", answer: { status: 204 }, is: LostAnswerError, says: /HTTP 204 without an answer/, acted: true },
    { what: "303", answer: { status: 303 }, is: LostAnswerError, says: /HTTP 303, a redirect/, acted: true },
    {
      what: "an HTML page",
      answer: { body: page },
      is: LostAnswerError,
      says: /HTTP 200 with an HTML page/,
      acted: true,
    },
    {
      what: "an empty body",
      answer: { body: "" },
      is: LostAnswerError,
      says: /HTTP 200 with an empty body/,
      acted: true,
    },
    { what: "a blank body", answer: { body: "\r\n " }, is: LostAnswerError, says: /an empty body/, acted: true },
    {
      what: "JSON that is cut off",
      answer: { body: `{"data":{"deployments":[{"jwtToken":"${inBody}` },
      is: LostAnswerError,
      says: /JSON that is cut off or broken/,
      acted: true,
    },
    { what: "plain text", answer: { body: inBody }, is: LostAnswerError, says: /cut off or broken/, acted: true },
    ...[[inBody], inBody, 42, null, true].map((body) => ({
      what: `a top level that is ${JSON.stringify(body)}`,
      answer: json(body),
      is: WrongShapeError,
      says: /unexpected answer at the top level: an object was expected/,
      acted: true,
    })),
    ...[undefined, null, [inBody], inBody, 0].map((data) => ({
      what: `data that is ${JSON.stringify(data)}`,
      answer: json({ data, extensions: inBody }),
      is: WrongShapeError,
      says: /unexpected answer at data: an object was expected/,
      acted: true,
    })),
    {
      what: "errors that are no list",
      answer: json({ errors: { message: inBody }, data: {} }),
      is: WrongShapeError,
      says: /unexpected answer at errors: a list was expected/,
      acted: true,
    },
    {
      what: "errors without data",
      answer: json({ errors, extensions: inBody }),
      is: GraphqlError,
      says: /the service answered: first; second/,
    },
    {
      what: "errors beside data",
      answer: json({ errors, data: { deployments: [{ jwtToken: inBody }] } }),
      is: GraphqlError,
      says: /the service answered: first; second/,
    },
    {
      what: "errors without messages",
      answer: json({ errors: [{}, "text", { message: 42 }, null], extensions: inBody }),
      is: GraphqlError,
      says: /answered: an error without a message; an error without a message/,
    },
    {
      what: "errors that would redraw the terminal",
      answer: json({ errors: [{ message: "\u001b[2Jcleared\nline" }] }),
      is: GraphqlError,
      says: /answered: cleared line\n/,
    },
  ];
  for (const { what, answer, is, says, acted = false } of failing) {
    it(`with ${what} is a ${is.name} that names operation, host and next step, and does not show the body`, () => {
      const error = thrown(() => read(answer));
      expect(error).to.be.instanceOf(is);
      expect(error.message)
        .to.match(/^deployments at cloud\.example\.com: /)
        .and.to.match(says);
      expect(error.message.split("\n")[1]).to.match(/\.$/);
      expect(error.message).not.to.contain(inBody);
      expect(error.message).not.to.contain("undefined");
      expect(error.stack).to.equal("");
      expect(mayHaveActed(error)).to.equal(acted);
    });
  }

  const refusals = [
    "Unauthorized",
    "user is unauthorised to do this",
    "not authenticated",
    "invalid token",
    "Invalid session",
    "invalid jwt: signature",
    "token is expired",
    "Token expired",
    "the session has expired",
    "jwt is invalid",
  ];
  for (const message of refusals) {
    it(`whose errors say "${message}" is an UnauthorizedError that names the settings`, () => {
      const error = thrown(() => read(json({ errors: [{ message: "other" }, { message }], data: null })));
      expect(error).to.be.instanceOf(UnauthorizedError);
      expect(error.message).to.contain(message).and.to.contain("DGRAPHCLOUD_TOKEN").and.to.contain("--run-program");
    });
  }

  const others = [
    "a backend of this name exists",
    "the schema has an unknown tokenizer",
    "the certificate expired",
    "zone is invalid",
  ];
  for (const message of others) {
    it(`whose errors say "${message}" is not treated as a refused session`, () => {
      const error = thrown(() => read(json({ errors: [{ message }] })));
      expect(error).to.be.instanceOf(GraphqlError).and.to.have.deep.property("messages", [message]);
    });
  }

  it("with errors beside data keeps the data, which may hold the uid of a new backend", () => {
    const data = { createDeployment: { uid: "0x42" } };
    expect(thrown(() => read(json({ errors, data })))).to.deep.include({ data, messages: ["first", "second"] });
  });

  const unreadable: readonly [what: string, answer: Partial<HttpAnswer>, unreadable: boolean][] = [
    ["HTML", { body: page }, true],
    ["cut JSON", { body: "{" }, true],
    ["nothing", { body: "" }, true],
    ["HTTP 503", { status: 503, body: page }, false],
  ];
  for (const [what, answer, expected] of unreadable) {
    it(`with ${what} is ${expected ? "" : "not "}marked as received but unreadable`, () => {
      expect(thrown(() => read(answer))).to.have.property("unreadable", expected);
    });
  }

  for (const status of [429, 500, 503]) {
    it(`with ${status} keeps the delay that the service asks for`, () => {
      expect(thrown(() => read({ status, retryAfter: "7" }))).to.have.property("retryAfterMs", 7_000);
      expect(thrown(() => read({ status }))).to.have.property("retryAfterMs", undefined);
      const inAnHour = new Date(Date.now() + 3_600_000).toUTCString();
      expect(thrown(() => read({ status, retryAfter: inAnHour })))
        .to.have.property("retryAfterMs")
        .that.is.within(3_590_000, 3_600_000);
    });
  }

  const good: readonly [what: string, body: unknown, data: unknown][] = [
    ["data", { data: { deployments: [] } }, { deployments: [] }],
    ["an empty list of errors beside data", { errors: [], data: { a: 1 } }, { a: 1 }],
    ["errors that are null beside data", { errors: null, data: { a: 1 } }, { a: 1 }],
    ["extensions beside data", { data: { a: null }, extensions: { tracing: {} } }, { a: null }],
    ["data that is empty", { data: {} }, {}],
  ];
  for (const [what, body, data] of good) {
    it(`with ${what} returns the data`, () => {
      expect(read(json(body))).to.deep.equal(data);
    });
  }
});

describe("Retry-After", () => {
  const now = Date.parse("2030-01-01T00:00:00Z");
  const cases: readonly [header: string | null, ms: number | undefined][] = [
    [null, undefined],
    ["0", 0],
    ["2", 2_000],
    [" 120 ", 120_000],
    ["1.5", 1_500],
    ["-1", undefined],
    ["soon", undefined],
    ["Infinity", undefined],
    ["Tue, 01 Jan 2030 00:00:30 GMT", 30_000],
    ["Tue, 01 Jan 2030 00:00:00 GMT", 0],
    ["Mon, 31 Dec 2029 23:59:59 GMT", undefined],
  ];
  for (const [header, ms] of cases) {
    it(`${header === null ? "that is missing" : `"${header}"`} asks for ${ms === undefined ? "nothing" : `${ms} ms`}`, () => {
      expect(retryAfterMs(header, now)).to.equal(ms);
    });
  }
});
