import { expect } from "chai";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { CheckRequest, DiffRequest, DiffResponse } from "@pulumi/pulumi/proto/provider_pb";
import { checkConfig, diffConfig, settingsOf } from "../../provider/host/plugin/settings";
import { unknownValue } from "../../provider/resource/fields";

type Sent = Parameters<typeof Struct.fromJavaScript>[0];

function refusals(news: Sent): string[] {
  const request = new CheckRequest();
  request.setNews(Struct.fromJavaScript(news));
  return checkConfig(request, [])
    .getFailuresList()
    .map((failure) => {
      // The engine prints the value beside the name of a property: it may be a password in the wrong place.
      expect(failure.getProperty()).to.equal("");
      return failure.getReason();
    });
}

describe("settings of the plugin", () => {
  it("are texts, also where the engine sends JSON", () => {
    const settings = settingsOf({
      clusterNamespace: "7",
      clusterHeaders: { a: "b" },
      clusterInsecure: true,
      other: "x",
    });
    expect(settings).to.deep.equal({ clusterNamespace: "7", clusterHeaders: '{"a":"b"}', clusterInsecure: "true" });
  });

  it("are refused before any call, with the reason and what to do", () => {
    const [reason, ...others] = refusals({ endpoint: "no-url" });
    expect(others).to.deep.equal([]);
    expect(reason?.split("\n"), "what is wrong, what to do, where to read more").to.have.length(3);
    expect(reason).to.contain('"no-url" is not a URL').and.to.contain("DGRAPHCLOUD_ENDPOINT").and.to.contain("DGC101");
    expect(refusals({ clusterUrl: "https://c.example.com", token: "t" })[0]).to.contain("DGC807");
    expect(refusals({ clusterUrl: "http://c.example.com" })[0]).to.contain("DGC806");
  });

  it("are refused when their name is unknown", () => {
    expect(refusals({ tokn: "t" })[0])
      .to.contain('no such setting: "tokn"')
      .and.to.contain("token");
    expect(refusals({ version: "0.1.0", pluginDownloadURL: "https://example.com", __internal: {} })).to.deep.equal([]);
  });

  it("never appear in a refusal when they are secrets", () => {
    expect(refusals({ endpoint: "https://user:hunter2@example.com" }).join()).not.to.contain("hunter2");
  });

  it("are accepted while one is not known", () => {
    expect(refusals({ clusterUrl: unknownValue, clusterUser: "groot" })).to.deep.equal([]);
  });

  it("stay secret in the state of the provider", () => {
    const request = new CheckRequest();
    request.setNews(Struct.fromJavaScript({ email: "a@example.com", password: "hunter2" }));
    const inputs = checkConfig(request, ["password"]).getInputs()?.toJavaScript() ?? {};
    expect(inputs["email"]).to.equal("a@example.com");
    expect(inputs["password"]).to.have.property("value", "hunter2");
  });

  it("replace nothing when they change", () => {
    const changeOf = (olds: Sent, news: Sent) => {
      const request = new DiffRequest();
      request.setOlds(Struct.fromJavaScript(olds));
      request.setNews(Struct.fromJavaScript(news));
      const found = diffConfig(request);
      expect(found.getReplacesList()).to.deep.equal([]);
      return found.getChanges();
    };
    const { DIFF_NONE, DIFF_SOME } = DiffResponse.DiffChanges;
    expect(changeOf({ email: "a" }, { email: "a" })).to.equal(DIFF_NONE);
    expect(changeOf({ email: "a" }, { email: "b" })).to.equal(DIFF_SOME);
    expect(changeOf({}, { email: "b" })).to.equal(DIFF_SOME);
  });
});
