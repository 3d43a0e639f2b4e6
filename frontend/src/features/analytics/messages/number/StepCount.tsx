import type { StepsFragment } from "../../../../api/generated/operations";
import { useI18n } from "../../../../i18n/I18nProvider";
import { countMissing, named } from "./messageSet";
import { MessagesButton } from "./MessagesButton";

type StepName = "sent" | "bounced" | "pending" | "delivered" | "read" | "responded";

/** The number of a step's messages, which opens them, and of how many they are. */
export function StepCount({ name, count, base }: { name: StepName; count: number; base: number }) {
  const { t, format } = useI18n();
  const of = t.funnel.of[name === "bounced" || name === "pending" ? "sent" : name]; // all three are of the messages
  return (
    <span data-number="count">
      <b>
        <MessagesButton counted={named(name)} shown={format.count(count)} count={count} />
      </b>{" "}
      {of(base, format.count(base))}
    </span>
  );
}

/** The way to all messages, beside their number: that one says what it means when it is pressed. */
export function AllMessages({ count }: { count: number }) {
  const { t, format } = useI18n();
  return (
    <span className="no-print" data-number="all">
      <MessagesButton counted={named("all")} shown={format.count(count)} count={count}>
        {t.messages.open}
      </MessagesButton>
    </span>
  );
}

type MissingProps = { name: "delivered" | "read" | "responded"; funnel: StepsFragment };

/** The number of a step's base that did not reach it, if there are any. */
export function MissingCount({ name, funnel }: MissingProps) {
  const { t, format } = useI18n();
  const count = countMissing(funnel, name);
  const missing = `not-${name}` as const;
  if (count <= 0) return null;
  return (
    <span data-number="missing">
      <MessagesButton counted={named(missing)} shown={format.count(count)} count={count}>
        {format.count(count)} {t.messages.nouns[missing](count)}
      </MessagesButton>
    </span>
  );
}
