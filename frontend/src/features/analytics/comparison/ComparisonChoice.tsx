import { Menu, UnstyledButton } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { useI18n } from "../../../i18n/I18nProvider";
import { COMPARES } from "../filters/filters";
import { useFilters } from "../filters/useFilters";
import type { Earlier } from "./comparison";
import classes from "./comparison.module.css";

type Props = { earlier: Earlier | undefined; timeZone: string };

/** A line that says what the numbers are compared with, and lets the reader choose it. */
export function ComparisonChoice({ earlier, timeZone }: Props) {
  const { t } = useI18n();
  const { filters, changeFilters } = useFilters();
  const text = useComparisonText(earlier, timeZone);
  return (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target>
        <UnstyledButton className={classes.line}>
          {text}
          <IconChevronDown className="no-print" size={14} stroke={1.6} aria-hidden="true" />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t.comparison.label}</Menu.Label>
        {COMPARES.map((compare) => (
          <Menu.RadioItem
            key={compare}
            value={compare}
            checked={compare === filters.compare}
            onChange={() => changeFilters({ compare })}
            closeMenuOnClick
          >
            {t.comparison.choices[compare]}
          </Menu.RadioItem>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** Say which days the numbers are compared with and until when, or why they are not. */
function useComparisonText(earlier: Earlier | undefined, timeZone: string): string {
  const { t, format } = useI18n();
  if (!earlier) return t.comparison.none;
  const { period, coverage } = earlier;
  const days = format.days(period.from, period.to);
  if (coverage.complete) {
    const until = coverage.comparedUntil && format.time(Date.parse(coverage.comparedUntil), timeZone);
    return t.comparison.with(until ? t.comparison.until(days, until) : days);
  }
  const first = coverage.firstMessageOn;
  if (first === null) return t.comparison.without(days, t.comparison.noData);
  const isEmpty = first > period.to;
  return t.comparison.without(
    days,
    (isEmpty ? t.comparison.noDataBefore : t.comparison.partialBefore)(format.day(first)),
  );
}
