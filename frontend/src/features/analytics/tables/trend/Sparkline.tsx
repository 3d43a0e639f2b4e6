import { useI18n } from "../../../../i18n/I18nProvider";
import { HEIGHT, sparklinePoints, WIDTH } from "./sparkline";
import classes from "./Trend.module.css";

/** Numbers over time as a small line, with the least, the largest and the last in words. */
export function Sparkline({ numbers }: { numbers: number[] }) {
  const { t, format } = useI18n();
  const points = sparklinePoints(numbers);
  const [x, y] = points.at(-1) ?? [];
  const text = t.tables.trendOf(
    format.count(Math.min(...numbers)),
    format.count(Math.max(...numbers)),
    format.count(numbers.at(-1) ?? 0),
  );
  return (
    <svg role="img" aria-label={text} className={classes.sparkline} viewBox={`0 0 ${WIDTH} ${HEIGHT}`}>
      <title>{text}</title>
      <polyline points={points.map((point) => point.join()).join(" ")} />
      <circle cx={x} cy={y} r="1.5" />
    </svg>
  );
}
