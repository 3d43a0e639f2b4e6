import type { Formats } from "../../../../i18n/formats";
import type { Texts } from "../../../../i18n/es";
import type { Counted } from "./messageSet";

/** Return why a message bounced, in the reader's language where there are words; WhatsApp's own title otherwise. */
export function bounceWords(t: Texts, code: number | null, title?: string): string {
  if (code === null) return t.unknownBounce;
  return t.bounces[code] ?? title ?? t.messages.code(code);
}

/**
 * Return a title for what is counted, and what it leaves to say: the reason of a bounce, the time of replies. `label` is
 * that of a button, where it is known.
 */
export function describeCounted(
  t: Texts,
  format: Formats,
  counted: Counted,
  label?: string,
): { title: string; detail?: string } {
  const { titles, at } = t.messages;
  switch (counted.kind) {
    case "named":
      return { title: titles[counted.name] };
    case "bounce":
      return { title: titles.bounced, detail: bounceWords(t, counted.code) };
    case "reply": {
      const weekday = counted.weekday === null ? null : format.longWeekday(counted.weekday);
      return { title: titles.reply, detail: at(weekday, format.hour(counted.hour)) };
    }
    case "answer":
      return { title: titles.reply, detail: t.messages.kinds[counted.answer] };
    case "button":
      return { title: titles.reply, detail: t.messages.byButton(label ?? counted.button) };
  }
}
