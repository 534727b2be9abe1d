import { expect } from "chai";
import { backendFields } from "../../provider/backend/inputs";
import { dataDropFields } from "../../provider/dataDrop/inputs";
import type { Field } from "../../provider/resource/fields";
import { restoreCompletionFields, restoreRequestFields } from "../../provider/restore/inputs";

type Effect = Field["onChange"];

// Written out by hand: an update in place of a replacement would report a change that the service never received.
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
        location: "replace",
        backupId: "replace",
        backupNum: "replace",
        triggers: "replace",
        confirm: "state",
        notAfter: "state",
        resumeRestoreId: "state",
        credentials: "state",
        encryptionKeyFile: "state",
        contents: "state",
        acceptUnknown: "state",
        timeouts: "state",
      },
    ],
    [
      "RestoreCompletion",
      restoreCompletionFields,
      {
        request: "replace",
        target: "nothing",
        restoreId: "nothing",
        contents: "nothing",
        predicates: "nothing",
        acceptUnknown: "state",
        timeouts: "state",
      },
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
        resetAccessControl: "state",
        timeouts: "state",
      },
    ],
  ];

describe("the effect of a changed input", () => {
  for (const [resource, fields, wanted] of effects) {
    it(`matches the documentation of each input of ${resource}`, () => {
      const found = Object.fromEntries(Object.entries(fields).map(([name, { onChange }]) => [name, onChange]));
      expect(found).to.deep.equal(wanted);
    });
  }
});
