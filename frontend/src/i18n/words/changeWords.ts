import type { TemplateChangeKind } from "../../api/generated/operations";
import type { Texts } from "../es";
import type { Formats } from "../formats";

/** A change of a template, as the API tells it; its times have the period's offset. */
export type Change = {
  kind: TemplateChangeKind;
  from: string | null;
  to: string | null;
  reason: string | null;
  effectiveAt: string | null;
};

/** Write what changed, beginning with a small letter: `pausada (primera pausa)`. */
export function changeWords(t: Texts, format: Formats, { kind, from, to, reason, effectiveAt }: Change): string {
  const { annotations } = t;
  const word = (words: Record<string, string>, value: string | null) =>
    value === null ? undefined : (words[value] ?? value);
  const due = effectiveAt === null ? undefined : localMoment(format, effectiveAt);
  switch (kind) {
    case "QUALITY":
      return annotations.quality(word(annotations.qualities, from), word(annotations.qualities, to) ?? "");
    case "CATEGORY":
      return annotations.category(word(t.tables.categories, from), word(t.tables.categories, to) ?? "");
    case "CATEGORY_ANNOUNCED":
      return annotations.announced(word(t.tables.categories, to) ?? "", due);
    case "STATUS": {
      const details = [reason && (annotations.reasons[reason] ?? reason), due && annotations.effective(due)];
      const shown = details.filter(Boolean).join(", ");
      return `${word(annotations.statuses, to) ?? ""}${shown && ` (${shown})`}`;
    }
  }
}

/** Write an instant by the clock that it is written in: `3 nov, 14:02`. */
export const localMoment = (format: Formats, iso: string): string =>
  `${format.shortDay(iso.slice(0, 10))}, ${iso.slice(11, 16)}`;
