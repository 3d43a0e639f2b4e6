import { IconClockHour4 } from "@tabler/icons-react";
import type { ViewQuery } from "../../../api/generated/operations";
import { useTexts } from "../../../i18n/I18nProvider";
import { Defined } from "../../../components/DefinitionPopover";
import classes from "./Funnel.module.css";

type Props = { maturing: NonNullable<ViewQuery["campaignAnalytics"]>["maturing"]; timeZone: string };

/** A quiet note of how many of these messages may still change. */
export function Maturing({ maturing, timeZone }: Props) {
  const { t, f } = useTexts();
  const { messages, until } = maturing;
  return (
    <p className={classes.maturing} data-step="maturing">
      <IconClockHour4 size={16} stroke={1.6} aria-hidden="true" />
      {until === null ? (
        t.funnel.settled
      ) : (
        <Defined of="Maturing.messages" name={t.charts.maturing}>
          {t.funnel.maturing(messages, f.count(messages), f.instantDay(until, timeZone))}
        </Defined>
      )}
    </p>
  );
}
