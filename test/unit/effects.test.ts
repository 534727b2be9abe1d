import { expect } from "chai";
import { backendFields } from "../../provider/backend/inputs";
import { dataDropFields } from "../../provider/dataDrop/inputs";
import type { Field } from "../../provider/resource/fields";
import { restoreCompletionFields, restoreRequestFields } from "../../provider/restore/inputs";
type Effect = Field["onChange"];

// Written out: whoever takes a replacement for an update lets a change be "done" that the service was never told of.
const effects: readonly [resource: string, fields: Readonly<Record<string, Field>>, wanted: Record<string, Effect>][] =
  [
    [
      "Backend",
      backendFields,
      {
        name: "update",
        zone: "replace",
        deploymentType: "replace",
        deploymentMode: "update",
        organizationUid: "update",
        subdomain: "replace",
        size: "replace",
        storage: "replace",
        aclEnabled: "replace",
        jaegerEnabled: "replace",
        dgraphHA: "replace",
        lambdaScript: "update",
        deletionProtection: "state",
        adoptUid: "nothing",
        adoptExisting: "state",
        waitForReady: "state",
        timeouts: "state",
      },
    ],
    [
      "RestoreRequest",
      restoreRequestFields,
      {
        target: "replace",
        source: "replace",
        backupFolder: "replace",
        backupNum: "replace",
        triggers: "replace",
        confirm: "state",
        notAfter: "state",
        resumeRestoreId: "state",
        acceptUnknown: "state",
        timeouts: "state",
      },
    ],
    [
      "RestoreCompletion",
      restoreCompletionFields,
      { request: "replace", target: "nothing", restoreId: "nothing", acceptUnknown: "state", timeouts: "state" },
    ],
    [
      "DataDrop",
      dataDropFields,
      {
        backend: "replace",
        allData: "replace",
        allDataAndSchema: "replace",
        types: "replace",
        fields: "replace",
        allowUnknownNames: "state",
        triggers: "replace",
        confirm: "state",
        notAfter: "state",
        acceptUnknown: "state",
        exportFirst: "state",
        timeouts: "state",
      },
    ],
  ];

describe("what a change of an input does", () => {
  for (const [resource, fields, wanted] of effects) {
    it(`is for each one of a ${resource} what its documentation says`, () => {
      const found = Object.fromEntries(Object.entries(fields).map(([name, { onChange }]) => [name, onChange]));
      expect(found).to.deep.equal(wanted);
    });
  }
});
