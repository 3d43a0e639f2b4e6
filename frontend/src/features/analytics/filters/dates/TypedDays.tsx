import { Button, TextInput } from "@mantine/core";
import { useI18n } from "../../../../i18n/I18nProvider";
import { isDay, type Days } from "../../../../lib/dates/days";
import classes from "../FilterBar.module.css";

/** The days that are being chosen; null where there is none yet. */
export type Draft = [string | null, string | null];

type TypedDaysProps = {
  draft: Draft;
  firstDay: string;
  lastDay: string;
  onType: (draft: Draft) => void;
  onDone: (days: Days) => void;
};

/** The first and the last day in the browser's own date fields. */
export function TypedDays({ draft: [from, to], firstDay, lastDay, onType, onDone }: TypedDaysProps) {
  const { t } = useI18n();
  const isValid = isDay(from) && isDay(to) && firstDay <= from && from <= to && to <= lastDay;
  return (
    <form
      className={classes.typed}
      onSubmit={(event) => {
        event.preventDefault();
        if (isValid) onDone({ from, to });
      }}
    >
      <TextInput
        type="date"
        size="xs"
        label={t.filters.from}
        value={from ?? ""}
        min={firstDay}
        max={lastDay}
        onChange={(event) => onType([event.currentTarget.value || null, to])}
      />
      <TextInput
        type="date"
        size="xs"
        label={t.filters.until}
        value={to ?? ""}
        min={firstDay}
        max={lastDay}
        onChange={(event) => onType([from, event.currentTarget.value || null])}
      />
      <Button type="submit" size="xs" variant="light" disabled={!isValid}>
        {t.filters.apply}
      </Button>
    </form>
  );
}
