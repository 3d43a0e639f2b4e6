import type { ApiError } from "../../../api/errors";
import type { UserErrorCode } from "../../../api/generated/operations";
import type { Texts } from "../../../i18n/es";

/** Return the sentence for an annotation that was not written or deleted; undefined where it was. */
export function annotationError(t: Texts, error: ApiError | null, code: UserErrorCode | undefined): string | undefined {
  if (code) {
    const wrong: Partial<Record<UserErrorCode, string>> = t.annotations.wrong;
    return wrong[code] ?? t.states.failed;
  }
  return error ? t.states[error.kind] : undefined;
}
