import { NavLink, Popover, Text } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { DatePicker, DatesProvider } from "@mantine/dates";
import "dayjs/locale/es";
import { useState } from "react";
import { useViewer } from "../../../session/ViewerProvider";
import { useI18n } from "../../../../i18n/I18nProvider";
import { addDays, countDays, PERIODS, type Days } from "../../../../lib/dates/days";
import { TypedDays, type Draft } from "./TypedDays";
import { FilterButton } from "../FilterButton";
import type { Filters } from "../filters";
import { useToday } from "../../../../hooks/useToday";
import classes from "../FilterBar.module.css";

type Props = { filters: Filters; onChange: (changes: Partial<Filters>) => void };

/** The filter by days: by a preset, by two clicks in a calendar, or typed. */
export function DateFilter({ filters, onChange }: Props) {
  const { t, format, language } = useI18n();
  const { viewer, limits } = useViewer();
  const today = useToday(viewer.timeZone);
  const [isOpen, setIsOpen] = useState(false);
  const [draft, setDraft] = useState<Draft>([filters.from, filters.to]);
  const [isTooLong, setIsTooLong] = useState(false);
  const isNarrow = useMediaQuery("(max-width: 48rem)");
  const daysText = format.days(filters.from, filters.to);
  const lastDay = today < limits.lastDay ? today : limits.lastDay; // later days have no messages yet

  const toggle = (opens: boolean) => {
    setDraft([filters.from, filters.to]);
    setIsTooLong(false);
    setIsOpen(opens);
  };
  const choose = (range: Days) => {
    setIsTooLong(countDays(range) > limits.rangeDays);
    if (countDays(range) > limits.rangeDays) return;
    onChange({ from: range.from, to: range.to, period: null });
    setIsOpen(false);
  };
  const pick = ([from, to]: Draft) => {
    setDraft([from, to]);
    if (from && to) choose({ from, to });
  };

  return (
    <Popover opened={isOpen} onChange={toggle} position="bottom-start" trapFocus shadow="md">
      <Popover.Target>
        <FilterButton
          label={t.filters.dates}
          value={filters.period ? `${t.filters.periods[filters.period]} · ${daysText}` : daysText}
          active
          wide
          onClick={() => toggle(!isOpen)}
        />
      </Popover.Target>
      <Popover.Dropdown p={0} className={classes.dates}>
        <nav aria-label={t.filters.presets} className={classes.presets}>
          {PERIODS.map((period) => (
            <NavLink
              key={period}
              component="button"
              label={t.filters.periods[period]}
              active={period === filters.period}
              aria-current={period === filters.period || undefined}
              onClick={() => {
                onChange({ period });
                setIsOpen(false);
              }}
            />
          ))}
        </nav>
        <div className={classes.calendar}>
          <TypedDays draft={draft} firstDay={limits.firstDay} lastDay={lastDay} onType={setDraft} onDone={choose} />
          <DatesProvider settings={{ locale: language, firstDayOfWeek: 1 }}>
            <DatePicker
              type="range"
              allowSingleDateInRange
              hideOutsideDates
              value={draft}
              defaultDate={isNarrow ? filters.to : addDays(`${filters.to.slice(0, 7)}-01`, -1)}
              onChange={pick}
              minDate={limits.firstDay}
              maxDate={lastDay}
              numberOfColumns={isNarrow ? 1 : 2}
              fullWidth={isNarrow}
              columnsToScroll={1}
              ariaLabels={{ previousMonth: t.filters.previousMonth, nextMonth: t.filters.nextMonth }}
            />
          </DatesProvider>
          {isTooLong && (
            <Text role="alert" size="sm" c="var(--bad)">
              {t.filters.tooLong(limits.rangeDays, format.count(limits.rangeDays))}
            </Text>
          )}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
