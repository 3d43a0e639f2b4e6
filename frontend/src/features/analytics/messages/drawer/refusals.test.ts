import { expect, it } from "vitest";
import { ApiError } from "../../../../api/errors";
import { refusalOf } from "./refusals";

it.each([
  [
    "where: this period has more than 1,000,000 messages, which is too many to look at each. Choose fewer days.",
    "tooMany",
  ],
  ["filter.sentOn.from: single messages are kept from 2026-01-01 on; of earlier days there are only …", "dropped"],
  ["where.text: must have 4 to 100 characters.", undefined],
] as const)("%s", (message, name) => expect(refusalOf(new ApiError("refused", message))).toBe(name));

it("has words for refusals only", () => {
  expect(refusalOf(new ApiError("failed", "too many to look at each"))).toBeUndefined();
});
