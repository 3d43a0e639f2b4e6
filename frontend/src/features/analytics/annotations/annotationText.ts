import type { AnnotationFragment } from "../../../api/generated/operations";
import type { Texts } from "../../../i18n/es";
import type { Formats } from "../../../i18n/formats";
import { changeWords, localMoment } from "../../../i18n/words/changeWords";

/** Write an annotation in a line: `oferta: pausada (primera pausa), de 14:02 a 17:02`; its day stands beside it. */
export function annotationText(t: Texts, format: Formats, annotation: AnnotationFragment): string {
  const { kind, template, text, department, authorName } = annotation;
  if (kind === "NOTE") {
    const of = [department && t.annotations.only(department.name), authorName && t.annotations.by(authorName)];
    const shown = of.filter(Boolean).join(", ");
    return `${text ?? ""}${shown && ` (${shown})`}`;
  }
  const change = changeWords(t, format, { ...annotation, kind });
  const name = template?.name ?? "";
  return lasts(annotation)
    ? t.annotations.of(name, `${change}, ${timeText(t, format, annotation)}`)
    : t.annotations.of(`${name}, ${annotation.startsAt.slice(11, 16)}`, change);
}

/** Return whether an annotation has a time in which it holds, not only one at which it happened. */
const lasts = ({ kind, to }: AnnotationFragment): boolean => kind === "STATUS" && to !== "APPROVED";

/** Write from when to when a status held, by the clock of the period. */
function timeText(t: Texts, format: Formats, { startsAt, endsAt }: AnnotationFragment): string {
  if (endsAt === null) return t.annotations.since(localMoment(format, startsAt));
  const isOneDay = startsAt.slice(0, 10) === endsAt.slice(0, 10);
  return isOneDay
    ? t.annotations.between(startsAt.slice(11, 16), endsAt.slice(11, 16))
    : t.annotations.between(localMoment(format, startsAt), localMoment(format, endsAt));
}

/** Write the days of an annotation. */
export const annotationDays = (format: Formats, { kind, on, until }: AnnotationFragment): string =>
  format.days(on, kind === "NOTE" ? (until ?? on) : on);
