import type { ApiError } from "../../api/errors";
import type { UserErrorCode } from "../../api/generated/operations";
import type { Texts } from "../../i18n/es";

/** Return the sentence for an action that failed: the API's objection, or why it did not answer; else undefined. */
export function errorMessage(t: Texts, error: ApiError | null, code: UserErrorCode | undefined): string | undefined {
  if (code) return t.exporting.wrong[code];
  if (!error) return undefined;
  return error.kind === "offline" ? t.exports.lost : t.states[error.kind];
}
