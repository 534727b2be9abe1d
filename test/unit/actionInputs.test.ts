import { expect } from "chai";
import { checkSelection, dataDropFields } from "../../provider/dataDrop/inputs";
import type { Connection } from "../../provider/resource/connection";
import { checkFields, type Failure, type Field, unknownValue } from "../../provider/resource/fields";
import { restoreRequestFields } from "../../provider/restore/inputs";

type Values = Readonly<Record<string, unknown>>;

interface Subject {
  readonly fields: Readonly<Record<string, Field>>;
  readonly check: (inputs: Values) => Failure[];
  readonly good: Values;
}

const restore: Subject = {
  fields: restoreRequestFields,
  check: () => [],
  good: { target: "0x43", source: "0x42" },
};
const drop: Subject = {
  fields: dataDropFields,
  check: (inputs) => checkSelection(inputs),
  good: { backend: "0x43", types: ["Task"] },
};

function failures({ fields, check }: Subject, inputs: Values, connection?: Connection): Failure[] {
  return [...checkFields(fields, inputs, connection), ...check(inputs)];
}

const inTime = [
  "2031-01-31T18:00:00Z",
  "2032-02-29T00:00Z",
  "2031-01-31T18:00:00.5+01:00",
  "2031-12-31T23:59:59-0300",
] as const;
const noTime = [
  "tomorrow",
  "2031-01-31",
  "2031-01-31T18:00:00",
  "2031-02-29T00:00:00Z",
  "2031-04-31T00:00:00Z",
  "2031-13-01T00:00:00Z",
  "2031-01-31T25:00:00Z",
  1_900_000_000,
];

type Bad = readonly [what: string, subject: Subject, more: Values, property: string, reason: RegExp];

const bad: readonly Bad[] = [
  ["a target that is missing", restore, { target: undefined }, "target", /required/],
  ["a source that is missing", restore, { source: undefined }, "source", /required/],
  ["a target that is no uid", restore, { target: "staging" }, "target", /uid of a backend/],
  ["a source without 0x", restore, { source: "42" }, "source", /uid of a backend/],
  ["an empty folder", restore, { backupFolder: "" }, "backupFolder", /not empty/],
  ["a backup number 0", restore, { backupNum: 0 }, "backupNum", /whole number above 0/],
  ["half a backup number", restore, { backupNum: 1.5 }, "backupNum", /whole number above 0/],
  ["a backup number as a text", restore, { backupNum: "1" }, "backupNum", /whole number above 0/],
  ["a resumeRestoreId 0", restore, { resumeRestoreId: 0 }, "resumeRestoreId", /whole number above 0/],
  ["an empty acceptUnknown", restore, { acceptUnknown: " " }, "acceptUnknown", /not empty/],
  ["a timeout of an operation there is not", restore, { timeouts: { update: "1h" } }, "timeouts", /has no "update"/],
  ["triggers that are a text", restore, { triggers: "now" }, "triggers", /list|map|object/],
  ["a misspelt property", restore, { backupNumber: 1 }, "backupNumber", /backupNum/],
  ["a backend that is missing", drop, { backend: undefined }, "backend", /required/],
  ["a backend that is no uid", drop, { backend: "staging" }, "backend", /uid of a backend/],
  ["an empty list of types", drop, { types: [] }, "types", /at least one name/],
  ["an empty name of a type", drop, { types: ["Task", ""] }, "types", /none of them empty/],
  ["a field that is no text", drop, { fields: [1] }, "fields", /list of at least one name/],
  ["allData that is no flag", drop, { allData: "yes" }, "allData", /true or false/],
  ["nothing to be dropped", drop, { types: undefined }, "allData", /nothing is named/],
  ["allData that is off and nothing else", drop, { types: undefined, allData: false }, "allData", /nothing is named/],
  ["all data and types", drop, { allData: true }, "allData", /allData and types or fields are given/],
  [
    "all data, and all data and schema",
    drop,
    { types: undefined, allData: true, allDataAndSchema: true },
    "allData",
    /allData and allDataAndSchema are given/,
  ],
  ["an empty confirm", drop, { confirm: "" }, "confirm", /not empty/],
  ["exportFirst that is no flag", drop, { exportFirst: 1 }, "exportFirst", /true or false/],
  ["a misspelt property", drop, { type: ["Task"] }, "type", /types/],
  ...[restore, drop].flatMap((subject) =>
    noTime.map((notAfter): Bad => [`notAfter ${notAfter}`, subject, { notAfter }, "notAfter", /date and time/]),
  ),
];

describe("the inputs of Restore and DataDrop", () => {
  for (const [what, subject, more, property, reason] of bad)
    it(`of a ${subject === restore ? "Restore" : "DataDrop"} refuse ${what}`, () => {
      const found = failures(subject, { ...subject.good, ...more });
      expect(found.map((failure) => failure.property)).to.deep.equal([property]);
      expect(found[0]?.reason).to.match(reason);
    });

  for (const subject of [restore, drop]) {
    const name = subject === restore ? "Restore" : "DataDrop";
    for (const notAfter of inTime)
      it(`of a ${name} accept notAfter ${notAfter}`, () => {
        expect(failures(subject, { ...subject.good, notAfter })).to.deep.equal([]);
      });

    for (const connection of ["account", "cluster"] as const) {
      const isElsewhere = ({ on }: Field): boolean => on !== undefined && on !== connection;

      it(`of a ${name} with a connection to a${connection === "account" ? "n" : ""} ${connection} are accepted while all of them are unknown`, () => {
        const { allData, allDataAndSchema, ...others } = subject.fields;
        const names = Object.entries(others).flatMap(([field, rules]) => (isElsewhere(rules) ? [] : [field]));
        const unknown = Object.fromEntries(names.map((field) => [field, unknownValue]));
        expect(failures(subject, unknown, connection)).to.deep.equal([]);
        expect([allData === undefined, allDataAndSchema === undefined]).to.deep.equal(
          Array(2).fill(subject === restore),
        );
      });

      it(`of a ${name} that exist for the other connection only are refused with a connection to a${connection === "account" ? "n" : ""} ${connection}`, () => {
        const names = Object.entries(subject.fields).flatMap(([field, rules]) => (isElsewhere(rules) ? [field] : []));
        expect(names).not.to.deep.equal([]);
        for (const field of names) {
          const found = failures(subject, { [field]: unknownValue }, connection);
          expect(found.filter(({ code }) => code === "DGC802").map(({ property }) => property)).to.deep.equal([field]);
        }
      });
    }
  }
});
