import { NavLink, Popover, Text } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { DatePicker, DatesProvider } from "@mantine/dates";
import "dayjs/locale/es";
import { useState } from "react";
import { useViewer } from "../session/Viewer";
import { useTexts } from "../texts";
import { length, PERIODS, periods, today, type Days } from "./days";
import { FilterButton } from "./FilterButton";
import classes from "./FilterBar.module.css";

/** The range of days, by a preset or by two clicks in a calendar. */
export function DateFilter({ days, onChange }: { days: Days; onChange: (days: Days) => void }) {
  const { t, f, language } = useTexts();
  const { viewer, limits } = useViewer();
  const [open, setOpen] = useState(false);
  const [draft, setDraft] = useState<[string | null, string | null]>([days.from, days.to]);
  const [tooLong, setTooLong] = useState(false);
  const narrow = useMediaQuery("(max-width: 48rem)");
  const presets = periods(today(viewer.timeZone));
  const chosen = PERIODS.find((name) => presets[name].from === days.from && presets[name].to === days.to);

  const toggle = (opening: boolean) => {
    setDraft([days.from, days.to]);
    setTooLong(false);
    setOpen(opening);
  };
  const choose = (range: Days) => {
    setTooLong(length(range) > limits.rangeDays);
    if (length(range) > limits.rangeDays) return;
    onChange({ from: range.from, to: range.to });
    setOpen(false);
  };
  const pick = ([from, to]: [string | null, string | null]) => {
    setDraft([from, to]);
    if (from && to) choose({ from, to });
  };

  return (
    <Popover opened={open} onChange={toggle} position="bottom-start" trapFocus shadow="md">
      <Popover.Target>
        <FilterButton
          label={t.filters.dates}
          value={chosen ? `${t.filters.periods[chosen]} · ${f.days(days.from, days.to)}` : f.days(days.from, days.to)}
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
              active={name === chosen}
              aria-current={name === chosen || undefined}
              onClick={() => choose(presets[name])}
            />
          ))}
        </nav>
        <div className={classes.calendar}>
          <DatesProvider settings={{ locale: language, firstDayOfWeek: 1 }}>
            <DatePicker
              type="range"
              allowSingleDateInRange
              hideOutsideDates
              value={draft}
              defaultDate={days.to}
              onChange={pick}
              minDate={limits.firstDay}
              maxDate={limits.lastDay}
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
