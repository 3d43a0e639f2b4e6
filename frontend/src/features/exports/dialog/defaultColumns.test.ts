import { expect, it } from "vitest";
import { defaultColumns } from "./defaultColumns";

it.each([{ step: "BOUNCED" as const }, { bounceCodes: [131_026] }, { bounceCodes: [null] }])(
  "has the reason of bounces for %o",
  (where) => expect(defaultColumns(where)).toEqual(["BOUNCE_REASON"]),
);

it.each([undefined, {}, { step: "SENT" as const }, { step: "BOUNCED" as const, reached: false }])(
  "has no more columns for %o",
  (where) => expect(defaultColumns(where)).toEqual([]),
);
