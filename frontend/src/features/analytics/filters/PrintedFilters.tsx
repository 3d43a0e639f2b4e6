import { useTexts } from "../../../i18n/I18nProvider";
import classes from "../AnalyticsPage.module.css";
import { KINDS, type Filters, type Names } from "./filters";

/** On paper there is no bar of filters: which messages these numbers are of. */
export function FiltersInPrint({ filters, known }: { filters: Filters; known: Names }) {
  const { t, f } = useTexts();
  const chosen = KINDS.filter((kind) => filters[kind].length > 0);
  return (
    <p className={classes.print}>
      {t.filters.dates}: {f.days(filters.from, filters.to)}
      {chosen.map((kind) => (
        <span key={kind}>
          {" · "}
          {t.filters[kind]}: {f.list(filters[kind].map((id) => known[kind].get(id) ?? id))}
        </span>
      ))}
    </p>
  );
}
