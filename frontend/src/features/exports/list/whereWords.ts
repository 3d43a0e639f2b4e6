import type { ExportRowFragment } from "../../../api/generated/operations";
import type { Texts } from "../../../i18n/es";
import type { Formats } from "../../../i18n/formats";

type Where = NonNullable<ExportRowFragment["filter"]["where"]>;

const STEPS = {
  SENT: "sent",
  BOUNCED: "bounced",
  PENDING: "pending",
  DELIVERED: "delivered",
  READ: "read",
  RESPONDED: "responded",
} as const;

const MISSING = { DELIVERED: "not-delivered", READ: "not-read", RESPONDED: "not-responded" } as const;

/** Say which messages of its filter an export has, in the words of the dialog that created it. */
export function whereWords(t: Texts, format: Formats, where: Where): string {
  const { step, reached, createdTicket, bounceCodes, repliedAt, replyKinds, button, text } = where;
  const { titles } = t.messages;
  const missing = step && !reached && step in MISSING ? MISSING[step as keyof typeof MISSING] : undefined;
  const parts = [
    step && (missing ? titles[missing] : reached ? titles[STEPS[step]] : t.filters.not(titles[STEPS[step]])),
    createdTicket && titles.tickets,
    bounceCodes && titles.bounced,
    ...(bounceCodes ?? []).map((code) =>
      code === null ? t.unknownBounce : (t.bounces[code] ?? t.messages.code(code)),
    ),
    repliedAt && titles.reply,
    repliedAt?.hour != null &&
      t.messages.at(
        repliedAt.weekday === null ? null : format.longWeekday(repliedAt.weekday),
        format.hour(repliedAt.hour),
      ),
    ...(replyKinds ?? []).map((kind) => t.messages.kinds[kind]),
    button !== null && t.messages.byButton(button),
    text !== null && t.messages.beginningWith(text),
  ].filter((part): part is string => typeof part === "string");
  return parts.length > 0 ? t.exports.only(parts.join(", ")) : t.exports.someMessages;
}
