import { Button, NavLink, Popover, Text, TextInput } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { DatePicker, DatesProvider } from "@mantine/dates";
import "dayjs/locale/es";
import { useState } from "react";
import { useViewer } from "../../session/ViewerProvider";
import { useTexts } from "../../../i18n/I18nProvider";
import { isDay, length, PERIODS, shifted, type Days } from "../../../lib/days";
import { FilterButton } from "./FilterButton";
import type { Filters } from "./filters";
import { useToday } from "../../../hooks/useToday";
import classes from "./FilterBar.module.css";

type Props = { filters: Filters; onChange: (changes: Partial<Filters>) => void };

type Draft = [string | null, string | null];

/** The range of days: by a preset, by two clicks in a calendar, or typed. */
export function DateFilter({ filters, onChange }: Props) {
  const { t, f, language } = useTexts();
  const { viewer, limits } = useViewer();
  const on = useToday(viewer.timeZone);
  const [open, setOpen] = useState(false);
  const [draft, setDraft] = useState<Draft>([filters.from, filters.to]);
  const [tooLong, setTooLong] = useState(false);
  const narrow = useMediaQuery("(max-width: 48rem)");
  const days = f.days(filters.from, filters.to);
  const last = on < limits.lastDay ? on : limits.lastDay; // nothing was sent yet on later days

  const toggle = (opening: boolean) => {
    setDraft([filters.from, filters.to]);
    setTooLong(false);
    setOpen(opening);
  };
  const choose = (range: Days) => {
    setTooLong(length(range) > limits.rangeDays);
    if (length(range) > limits.rangeDays) return;
    onChange({ from: range.from, to: range.to, period: null });
    setOpen(false);
  };
  const pick = ([from, to]: Draft) => {
    setDraft([from, to]);
    if (from && to) choose({ from, to });
  };

  return (
    <Popover opened={open} onChange={toggle} position="bottom-start" trapFocus shadow="md">
      <Popover.Target>
        <FilterButton
          label={t.filters.dates}
          value={filters.period ? `${t.filters.periods[filters.period]} · ${days}` : days}
          active
          wide
          onClick={() => toggle(!open)}
        />
      </Popover.Target>
      <Popover.Dropdown p={0} className={classes.dates}>
        <nav aria-label={t.filters.presets} className={classes.presets}>
          {PERIODS.map((name) => (
            <NavLink
              key={name}
              component="button"
              label={t.filters.periods[name]}
              active={name === filters.period}
              aria-current={name === filters.period || undefined}
              onClick={() => {
                onChange({ period: name });
                setOpen(false);
              }}
            />
          ))}
        </nav>
        <div className={classes.calendar}>
          <Typed draft={draft} first={limits.firstDay} last={last} onType={setDraft} onDone={choose} />
          <DatesProvider settings={{ locale: language, firstDayOfWeek: 1 }}>
            <DatePicker
              type="range"
              allowSingleDateInRange
              hideOutsideDates
              value={draft}
              defaultDate={narrow ? filters.to : shifted(`${filters.to.slice(0, 7)}-01`, -1)}
              onChange={pick}
              minDate={limits.firstDay}
              maxDate={last}
              numberOfColumns={narrow ? 1 : 2}
              columnsToScroll={1}
              ariaLabels={{ previousMonth: t.filters.previousMonth, nextMonth: t.filters.nextMonth }}
            />
          </DatesProvider>
          {tooLong && (
            <Text role="alert" size="sm" c="var(--bad)">
              {t.filters.tooLong(f.count(limits.rangeDays))}
            </Text>
          )}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

type TypedProps = {
  draft: Draft;
  first: string;
  last: string;
  onType: (draft: Draft) => void;
  onDone: (days: Days) => void;
};

/** Both ends as the browser's own fields for days. */
function Typed({ draft: [from, to], first, last, onType, onDone }: TypedProps) {
  const { t } = useTexts();
  const good = isDay(from) && isDay(to) && first <= from && from <= to && to <= last;
  return (
    <form
      className={classes.typed}
      onSubmit={(event) => {
        event.preventDefault();
        if (good) onDone({ from, to });
      }}
    >
      <TextInput
        type="date"
        size="xs"
        label={t.filters.from}
        value={from ?? ""}
        min={first}
        max={last}
        onChange={(event) => onType([event.currentTarget.value || null, to])}
      />
      <TextInput
        type="date"
        size="xs"
        label={t.filters.until}
        value={to ?? ""}
        min={first}
        max={last}
        onChange={(event) => onType([from, event.currentTarget.value || null])}
      />
      <Button type="submit" size="xs" variant="light" disabled={!good}>
        {t.filters.apply}
      </Button>
    </form>
  );
}
