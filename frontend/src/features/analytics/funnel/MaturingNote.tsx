import { IconClockHour4 } from "@tabler/icons-react";
import type { ViewQuery } from "../../../api/generated/operations";
import { DefinitionPopover } from "../../../components/DefinitionPopover";
import { useI18n } from "../../../i18n/I18nProvider";
import classes from "./Funnel.module.css";

type Props = { maturing: NonNullable<ViewQuery["campaignAnalytics"]>["maturing"]; timeZone: string };

/** A note on the messages that may still change: their number, and the day until which they may. */
export function MaturingNote({ maturing, timeZone }: Props) {
  const { t, format } = useI18n();
  const { messages, until } = maturing;
  return (
    <p className={classes.maturing} data-step="maturing">
      <IconClockHour4 size={16} stroke={1.6} aria-hidden="true" />
      {until === null ? (
        t.funnel.settled
      ) : (
        <DefinitionPopover field="Maturing.messages" name={t.funnel.recentMessages}>
          {t.funnel.maturing(messages, format.count(messages), format.instantDay(until, timeZone))}
        </DefinitionPopover>
      )}
    </p>
  );
}
