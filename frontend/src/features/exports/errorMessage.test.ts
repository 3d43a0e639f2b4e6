import { describe, expect, it } from "vitest";
import { ApiError } from "../../api/errors";
import { en } from "../../i18n/en";
import { errorMessage } from "./errorMessage";

describe("errorMessage", () => {
  it("prefers the API's objection", () => {
    expect(errorMessage(en, new ApiError("failed", "no"), "BLANK")).toBe(en.exporting.wrong.BLANK);
  });

  it("says why there is no answer", () => {
    expect(errorMessage(en, new ApiError("offline", "no"), undefined)).toBe(en.exports.lost);
    expect(errorMessage(en, new ApiError("busy", "no"), undefined)).toBe(en.states.busy);
  });

  it("says nothing where nothing is wrong", () => expect(errorMessage(en, null, undefined)).toBeUndefined());
});
