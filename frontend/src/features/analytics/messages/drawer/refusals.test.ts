import { expect, it } from "vitest";
import { ApiError } from "../../../../api/errors";
import { refusalOf } from "./refusals";

it.each([
  ["TOO_MANY_MESSAGES", "tooMany"],
  ["MESSAGES_DROPPED", "dropped"],
  ["A_LATER_ONE", undefined],
  ["toString", undefined],
  [7, undefined],
  [undefined, undefined],
] as const)("%s: %s", (reason, name) => {
  const extensions = { code: "BAD_USER_INPUT", reason };
  expect(refusalOf(ApiError.fromResponse({ message: "no", extensions }))).toBe(name);
});
