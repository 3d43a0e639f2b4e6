import { useI18n } from "../../../i18n/I18nProvider";
import { useViewer } from "../../session/ViewerProvider";
import { FILTER_KINDS, type Filters, type Names } from "../filters/filters";
import classes from "./PrintedFilters.module.css";

/** The filters as a line of text, for print, where the filter bar is hidden. */
export function PrintedFilters({ filters, names }: { filters: Filters; names: Names }) {
  const { t, format } = useI18n();
  const { viewer } = useViewer();
  const usedKinds = FILTER_KINDS.filter((kind) => filters[kind].length > 0);
  return (
    <p className={classes.print}>
      {t.filters.dates}: {format.days(filters.from, filters.to)} ({format.timeZone(viewer.timeZone)})
      {usedKinds.map((kind) => (
        <span key={kind}>
          {" · "}
          {t.filters[kind]}: {format.list(filters[kind].map((id) => names[kind].get(id) ?? t.filters.unknown[kind]))}
        </span>
      ))}
    </p>
  );
}
