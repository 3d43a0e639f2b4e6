import { useI18n } from "../../../../../i18n/I18nProvider";
import { rateChange, relativeChange } from "../../../comparison/change";
import type { Row } from "../../rows/allRows";
import type { NumberColumn } from "../../view/columns";
import classes from "../PerformanceTable.module.css";

type Props = { row: Row; column: NumberColumn };

/** The earlier value of a row's number above its change, or the words that there is none. */
export function BeforeCell({ row: { funnel, before }, column }: Props) {
  const { t, format } = useI18n();
  if (before === undefined) return null;
  if (before === null) return <span className={classes.detail}>{t.comparison.noData}</span>;
  const isRate = "share" in column;
  const shown = isRate ? format.rate(column.share(before).rate) : format.count(column.count(before));
  const change = isRate
    ? rateChange(column.share(funnel), column.share(before))
    : relativeChange(column.count(funnel), column.count(before));
  return (
    <>
      {shown}
      {change !== null && (
        <span className={classes.mark} data-mark="change">
          {isRate ? t.comparison.points(format.points(change)) : format.change(change)}
        </span>
      )}
    </>
  );
}
