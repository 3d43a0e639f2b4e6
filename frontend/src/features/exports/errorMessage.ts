import type { CombinedError } from "@urql/core";
import type { UserErrorCode } from "../../api/generated/operations";
import { troubleOf } from "../../api/errors";
import type { Texts } from "../../i18n/es";

/** What to say of something that did not work: what the API found wrong, or why there is no answer; else nothing. */
export function wrongOf(
  t: Texts,
  error: CombinedError | undefined,
  code: UserErrorCode | undefined,
): string | undefined {
  if (code) return t.exporting.wrong[code];
  const trouble = error && troubleOf(error);
  return trouble === "offline" ? t.exports.lost : trouble && t.states[trouble];
}
