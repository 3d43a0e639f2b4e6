import { UnstyledButton } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { ActionList } from "../../../components/ActionList";
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
  const actions = COMPARES.map((compare) => ({
    label: t.comparison.choices[compare],
    isChosen: compare === filters.compare,
    onClick: () => changeFilters({ compare }),
  }));
  return (
    <ActionList label={t.comparison.label} actions={actions} closes>
      {(toggle) => (
        <UnstyledButton className={classes.line} onClick={toggle}>
          {text}
          <IconChevronDown className="no-print" size={14} stroke={1.6} aria-hidden="true" />
        </UnstyledButton>
      )}
    </ActionList>
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
