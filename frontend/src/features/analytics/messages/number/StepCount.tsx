import type { StepsFragment } from "../../../../api/generated/operations";
import { useI18n } from "../../../../i18n/I18nProvider";
import { countMissing, named, type NumberName } from "./messageSet";
import { MessagesButton } from "./MessagesButton";

/** The number of a step's messages, which opens them. */
export function StepCount({ name, count }: { name: NumberName; count: number }) {
  const { t, format } = useI18n();
  return (
    <span data-number="count">
      <b>
        <MessagesButton counted={named(name)} shown={format.count(count)} count={count} />
      </b>{" "}
      {t.funnel.noun(count)}
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
