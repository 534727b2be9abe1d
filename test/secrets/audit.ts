import { expect } from "chai";
import type { Fault } from "dgraphcloud-local";
import { type Run, Stack } from "../harness/engineStack";
import { providerCommand } from "../harness/processes";
import { Audit } from "../harness/secretAudit";
import type { HostName } from "../harness/testedHost";

const me = { email: "me@example.com", password: 'canary "one" \\ of ä me' };
const other = { email: "other@example.com", password: "canary-two/of+the=other" };
const scripts = ["first", "second"].map((which) => `// canary script, ${which}\nself.addGraphQLResolvers({});`);

const theirs = `
  const theirs = new dgraphcloud.Provider("theirs", { email: "${other.email}", password: process.env.CANARY_PASSWORD_TWO });
  const foreign = new dgraphcloud.Backend("foreign", { zone: "us-east-1", deploymentType: "free" }, { provider: theirs });
`;
const program = (which: number, more = ""): string => `
  const lambdaScript = pulumi.secret(process.env.CANARY_SCRIPT_${which});
  const args = { zone: "us-east-1", deploymentType: "dedicated", waitForReady: true, timeouts: { create: "60s", update: "60s" } };
  const source = new dgraphcloud.Backend("source", { ...args, name: "production", lambdaScript });
  const target = new dgraphcloud.Backend("target", { ...args, name: "staging" });
  exports.jwtToken = source.jwtToken;
  exports.script = source.lambdaScript;
  exports.all = dgraphcloud.getBackendsOutput();
  ${more}
`;
const actions = `
  const restore = new dgraphcloud.Restore("restore", { target, source, timeouts: { create: "60s" } });
  const drop = new dgraphcloud.DataDrop("drop", { backend: target, types: ["Task"], exportFirst: true }, { dependsOn: [restore] });
  exports.urls = drop.exportUrls;
`;

const keys = ["canary-verification-key-one", "canary verification/key+two", "canary-key-of-somebody-else"];
const secretLine = '# Dgraph.Secret api "canary-of-a-secret-line"';
const brokenLine = '# Dgraph.Authorization {"VerificationKey":"canary-of-a-broken-line",';
const taskType = "type Task { id: ID! title: String! }";
const foreignLine = `# Dgraph.Authorization ${JSON.stringify({ VerificationKey: keys[2], Header: "X", Namespace: "n", Algo: "HS256" })}`;
/** A schema with a key and a line of its own that are secret. The values come from the environment, as in a real program. */
const schema = (key: number, more: string, text = "CANARY_SCHEMA"): string => `
  const authorization = { header: "X-Auth", namespace: "https://example.com/claims", algo: "HS256", verificationKey: process.env.CANARY_KEY_${key} };
  const api = new dgraphcloud.GraphqlSchema("api", { backend: target, schema: process.env.${text}, ${more} timeouts: { create: "60s", update: "60s" } });
  exports.schema = api.schema;
  exports.generated = api.generatedSchema;
`;

/** The format of the engine's log: JSON with a level, or, in older versions, severity, date, time, thread and source file. */
const engineLogLine = /^\{"time":"\d{4}-.*"v":\d+\}$|^[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ [\w.-]+\.go:\d+\]/;

const debugEvent = /"severity": ?"debug"/;

/** Describes runs of every kind on a host, each of which is searched for secrets. */
export function describeAudit(host: HostName): void {
  describe(`secrets: a run on the ${host} host`, function () {
    this.timeout(600_000);
    let stack: Stack;
    let audit: Audit;
    let removals: (() => void)[];

    before(async () => {
      stack = await Stack.start({ provisioningMs: 0, restoreMs: 200, accounts: [me, other] });
      stack.use(host);
      audit = new Audit(stack);
      Object.assign(stack.environment, {
        CANARY_SCRIPT_0: scripts[0],
        CANARY_SCRIPT_1: scripts[1],
        CANARY_PASSWORD_TWO: other.password,
        CANARY_KEY_0: keys[0],
        CANARY_KEY_1: keys[1],
        CANARY_SCHEMA: `${taskType}\n${secretLine}\n`,
        CANARY_BROKEN: `${taskType}\n${secretLine}\n${brokenLine}\ntype Broken {`,
      });
      for (const key of keys) audit.canaries.add("a verification key", key);
      for (const line of ["canary-of-a-secret-line", "canary-of-a-broken-line"])
        audit.canaries.add("a line of a schema", line);
      for (const script of scripts) audit.canaries.add("a lambda script", script);
      for (const script of scripts)
        audit.canaries.add("a lambda script in base64", Buffer.from(script).toString("base64"));
      removals = [];
    });
    after(async () => {
      audit.stop();
      await stack.close();
    });
    afterEach(() => {
      calm();
    });

    function injectFault(operation: string, fault: Fault, calls: "every" | readonly number[] = "every"): void {
      const active = stack.local.faults.add({ operation, fault, calls });
      removals.push(() => {
        active.remove();
      });
    }

    /** Secrets that a service could put into an error message, since they were in a request or are its own: plain and quoted. */
    const blame = (...sent: readonly string[]): string[] => {
      const secrets = [...sent, ...stack.local.cloud.all().map(({ jwtToken }) => jwtToken)];
      const quoted = JSON.stringify({ variables: { sent } });
      return [...secrets, quoted, JSON.stringify(quoted)].map((secret) => `refused: ${secret} is wrong`);
    };
    const complaint = (...sent: readonly string[]): Fault => ({
      kind: "errors",
      messages: blame(...sent),
      acted: false,
    });
    const calm = (): void => {
      for (const remove of removals.splice(0)) remove();
    };

    const inBase64 = (which: number): string[] => [
      scripts[which] ?? "",
      Buffer.from(scripts[which] ?? "").toString("base64"),
    ];

    function clean(run: Run, what: string): Run {
      expect(audit.leaksIn(run.output, what)).to.deep.equal([]);
      return run;
    }
    /** With --json, debug events of the SDK and the engine contain their messages to each other. Only these events are skipped. */
    function expectEvents(run: Run, what: string): string {
      expect(run.code, `${what}: ${run.output}`).to.equal(0);
      const lines = run.output.split("\n");
      const others = lines.filter((line) => !debugEvent.test(line));
      expect(audit.leaksIn(others.join("\n"), what)).to.deep.equal([]);
      expect(others.length, what).to.be.above(1);
      return lines.filter((line) => debugEvent.test(line)).join("\n");
    }

    async function fails(work: Promise<Run>, what: string, says: RegExp): Promise<void> {
      const run = clean(await work, what);
      expect(run.code, `${what}: ${run.output}`).not.to.equal(0);
      expect(run.output, `${what}: ${run.output}`).to.match(says);
    }
    async function succeeds(work: Promise<Run>, what: string): Promise<Run> {
      const run = clean(await work, what);
      expect(run.code, `${what}: ${run.output}`).to.equal(0);
      return run;
    }

    it("fails without printing one when the account of a Provider is refused", async () => {
      stack.program(theirs);
      injectFault("login", complaint(other.password));
      await fails(stack.up(), "a log-in of a Provider", /refused the log-in/);
      calm();
      injectFault("createDeployment", complaint(other.password));
      await fails(stack.up(), "a create of a Provider", /\[secret\]/);
      calm();
      await succeeds(stack.up(), "up with a Provider");
      stack.program(
        `${theirs} dgraphcloud.getBackends({ provider: theirs }).catch((error) => { console.error(error); throw error; });`,
      );
      injectFault("deployments", complaint(other.password));
      await fails(stack.up(), "a look-up with a Provider", /\[secret\]/);
      calm();
      await succeeds(stack.destroy(), "destroy of a Provider");
    });

    it("fails without printing one in log-in, create and wait", async () => {
      stack.program(program(0));
      injectFault("login", complaint(me.password));
      await fails(stack.up(), "a log-in that is refused", /refused the log-in/);
      calm();
      injectFault("createDeployment", complaint(me.password));
      await fails(stack.up(), "a create that is refused", /\[secret\]/);
      calm();
      injectFault("updateLambda", complaint(...inBase64(0)));
      await fails(stack.up(), "a lambda that is refused", /\[secret\]/);
      calm();
      await succeeds(stack.up(), "up");
    });

    it("creates, previews, updates and refreshes without printing one", async () => {
      stack.program(program(0, theirs));
      const debug = expectEvents(await stack.up("--json"), "up --json");
      // This fails as soon as the SDK stops printing it, and then the exception must be removed.
      expect(audit.leaksIn(debug, "")).not.to.have.length(0);
      stack.program(program(1, theirs));
      await succeeds(stack.preview(), "preview --diff");
      await succeeds(stack.pulumi("preview", "--json"), "preview --json");
      injectFault("updateLambda", complaint(...inBase64(1)));
      await fails(stack.up(), "an update that is refused", /\[secret\]/);
      calm();
      await succeeds(stack.up("--diff"), "up --diff");
      await succeeds(stack.refresh(), "refresh --diff");
      expectEvents(await stack.pulumi("refresh", "--yes", "--skip-preview", "--json"), "refresh --json");
      injectFault("deployments", complaint());
      await fails(stack.refresh(), "a refresh that is refused", /\[secret\]/);
    });

    it("restores, drops and exports without printing one", async () => {
      for (const { uid, name } of stack.local.cloud.all()) {
        await stack.local.cloud.get(uid).engine.setSchema("type Task { id: ID! title: String! }");
        if (name === "production") await stack.local.cloud.get(uid).takeBackup();
      }
      stack.program(program(1, theirs + actions));
      injectFault("restore", complaint());
      await fails(stack.up(), "a restore that is refused", /\[secret\]/);
      calm();
      const { uid } = stack.local.cloud.all().find(({ name }) => name === "staging")!;
      const target = stack.local.cloud.get(uid);
      target.setRestoreOutcome({ status: "ERR", errors: blame() });
      await fails(stack.up(), "a restore that ends badly", /failed \(ERR\), .*\[secret\]/);
      calm();
      target.setRestoreOutcome({ status: "OK" });
      stack.program(program(1, theirs + actions.replace("target, source,", 'target, source, triggers: ["again"],')));
      audit.onExport = (url) => {
        injectFault("dropData", { kind: "errors", messages: [`cannot drop after ${url}`, ...blame()], acted: false });
      };
      await fails(stack.up(), "a drop that is refused", /\[secret\]/);
      calm();
      audit.onExport = (url) => {
        injectFault("dropData", {
          ...{ kind: "data", acted: true },
          data: { dropData: { response: { code: "Success", message: `Done, see ${url} and ${blame()[0] ?? ""}` } } },
        });
      };
      await succeeds(stack.up(), "up with actions");
      audit.onExport = undefined;
      expect(audit.canaries.names).to.include.members([
        "the URL of an export",
        "a token of a backend",
        "a session token",
      ]);
      const values = JSON.parse((await stack.pulumi("stack", "output", "--json", "--show-secrets")).output) as Record<
        string,
        unknown
      >;
      expect(
        audit.leaksIn(JSON.stringify(values), "outputs that are asked for").map(({ secret }) => secret),
      ).to.include.members([...["the URL of an export", "a token of a backend", "a lambda script"]]);
    });

    it("sends, previews, changes and refreshes a schema without printing one", async () => {
      const { uid } = stack.local.cloud.all().find(({ name }) => name === "staging")!;
      stack.local.cloud.get(uid).deployment.deploymentMode = "flexible";
      await stack.local.cloud.get(uid).engine.setSchema(taskType);
      const use = (...parts: Parameters<typeof schema>): void => {
        stack.program(program(1, theirs + schema(...parts)));
      };
      const consent = 'allow: ["*"],';
      use(0, "authorization,", "CANARY_BROKEN");
      await fails(stack.preview(), "a schema that cannot be used", /DGC604/);
      use(0, "", "CANARY_BROKEN");
      await fails(stack.preview(), "a schema with a broken line", /DGC701/);
      use(0, "authorization,");
      await fails(stack.up(), "a schema without consent", /security: Dgraph\.Authorization/);
      use(0, `authorization, ${consent}`);
      injectFault("updateGQLSchema", complaint(keys[0] ?? "", secretLine));
      await fails(stack.up(), "a schema that is refused", /\[secret\]/);
      calm();
      // Dgraph quotes the lines themselves.
      const quoted = ["invalid `Dgraph.Authorization` line", "found second mention"].map(
        (words) =>
          `resolving updateGQLSchema failed because ${words}: ${secretLine}, VerificationKey: ${keys[0] ?? ""}`,
      );
      injectFault("updateGQLSchema", { kind: "errors", messages: quoted, acted: false });
      await fails(stack.up(), "a schema with a line that is refused", /found second mention: .*\[secret\]/);
      calm();
      injectFault("updateGQLSchema", { kind: "half-applied", message: quoted.join("; ") }, [1]);
      await fails(stack.up(), "a schema that is half-applied", /DGC70[45]/);
      calm();
      await succeeds(stack.up("--diff"), "up with a schema");
      use(1, "authorization,");
      await fails(stack.preview(), "a new key without consent", /security: Dgraph\.Authorization/);
      use(1, `authorization, ${consent}`);
      await succeeds(stack.preview(), "preview of a new key");
      expectEvents(await stack.up("--json"), "up --json of a new key");
      const live = await stack.local.cloud.get(uid).engine.schema();
      expect(live).to.contain(keys[1]).and.to.contain(secretLine);
      await stack.local.cloud.get(uid).engine.setSchema(`${taskType}\n${foreignLine}\n`);
      await succeeds(stack.refresh(), "refresh of a schema that somebody else set");
      const shown = (await stack.pulumi("stack", "export", "--show-secrets")).output;
      expect(shown).to.contain("(not the one of the program)").and.not.to.contain(keys[2]);
      await succeeds(stack.up("--diff"), "up over a schema that somebody else set");
      expect(await stack.local.cloud.get(uid).engine.schema()).to.equal(live);
    });

    it("reports a failed look-up of a program without printing one", async () => {
      const looks = ["getBackends()", 'getBackend({ name: "production" })'];
      injectFault("deployments", { kind: "errors", messages: blame(), acted: true, withData: true });
      for (const look of looks) {
        stack.program(`dgraphcloud.${look}.catch((error) => { console.error(error); throw error; });`);
        await fails(stack.preview(), look, /\[secret\]/);
      }
      for (const body of [
        `{"data":{"deployments":[{"jwtToken":"${stack.local.cloud.all()[0]?.jwtToken ?? ""}"`,
        blame()[0] ?? "",
      ]) {
        calm();
        injectFault("deployments", { kind: "body", body, acted: false });
        stack.program(`dgraphcloud.getBackends().catch((error) => { console.error(error); throw error; });`);
        await fails(stack.preview(), "an answer that is cut off", /cut off or broken/);
      }
    });

    it("shows and exports the stack without printing one, and encrypts those in the state", async () => {
      const state = await stack.state();
      expect(audit.leaksIn(state.text, "stack export")).to.deep.equal([]);
      expect(state.text.match(/"ciphertext"/g)).to.have.length.above(5);
      const views = [
        ["stack"],
        ["stack", "output"],
        ["stack", "output", "--json"],
        ["stack", "history", "--json"],
        ["config", "--json"],
      ];
      for (const view of views) await succeeds(stack.pulumi(...view), view.join(" "));
    });

    it("names each request in its debug log, without its content", async () => {
      stack.program(program(1, theirs + actions));
      const refresh = await succeeds(stack.refresh(), "refresh");
      expect(refresh.output).to.match(/dgraphcloud: login at 127\.0\.0\.1:\d+: HTTP 200, \d+ ms/);
      expect(refresh.output).to.match(/dgraphcloud: deployments at 127\.0\.0\.1:\d+: HTTP 200, \d+ ms/);
      stack.environment["DGRAPHCLOUD_LOG"] = "";
      expect((await stack.refresh()).output).not.to.contain("dgraphcloud: ");
      stack.environment["DGRAPHCLOUD_LOG"] = "debug";
    });

    it("prints them with -v=9 in the engine's own log lines only, which no provider can prevent", async () => {
      const run = await stack.up("-v=9", "--logtostderr", "--skip-preview");
      const lines = run.output.split("\n");
      const ofTheEngine = lines.filter((line) => engineLogLine.test(line));
      const others = lines.filter((line) => !engineLogLine.test(line));
      expect(audit.leaksIn(others.join("\n"), "lines that are not the engine's")).to.deep.equal([]);
      // This fails as soon as the engine stops printing it, and then the exception must be removed.
      expect(ofTheEngine.filter((line) => audit.leaksIn(line, "").length > 0)).not.to.have.length(0);
    });

    it("destroys without printing one", async () => {
      injectFault("deleteDeployment", complaint());
      await fails(stack.destroy(), "a destroy that is refused", /\[secret\]/);
      calm();
      expectEvents(await stack.destroy("--json"), "destroy --json");
      expect(stack.local.cloud.all()).to.deep.equal([]);
    });

    it("has left none in state files and their history, in temporary files, or in process arguments", () => {
      const { seen, leaks } = audit.stop();
      expect([...seen.commands].some((command) => providerCommand.test(command))).to.equal(true);
      expect([...seen.commands].some((command) => /pulumi (up|refresh|destroy)/.test(command))).to.equal(true);
      expect(seen.files.size).to.be.above(10);
      expect(leaks).to.deep.equal([]);
    });
  });
}
