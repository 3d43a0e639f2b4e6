import { useI18n } from "../../../i18n/I18nProvider";
import type { Filters, Names } from "../filters/filters";
import { selectionOf } from "./selection";
import { useZone } from "./useZone";
import classes from "./PrintedFilters.module.css";

/** The filters as a line of text, for print, where the filter bar is hidden. */
export function PrintedFilters({ filters, names }: { filters: Filters; names: Names }) {
  const { t, format } = useI18n();
  const zone = useZone();
  return (
    <p className={classes.print}>
      {t.filters.dates}: {format.days(filters.from, filters.to)} ({zone})
      {selectionOf(t, format, filters, names).map(({ label, names }) => (
        <span key={label}>
          {" · "}
          {label}: {format.list(names)}
        </span>
      ))}
    </p>
  );
}
