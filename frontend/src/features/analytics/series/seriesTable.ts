import type { Texts } from "../../../i18n/es";
import type { Bucket } from "./buckets";
import type { SeriesLine } from "./lines";

type Input = {
  buckets: Bucket[];
  earlier: Bucket[];
  lines: SeriesLine[];
  /** The line whose earlier values the chart draws, if it draws any. */
  compared: SeriesLine | undefined;
  t: Texts;
};

const NO_VALUE = ""; // the earlier period is shorter

/** Write the series as a table: all lines, and what the chart draws of the earlier period. */
export function seriesTable({ buckets, earlier, lines, compared, t }: Input) {
  const line = earlier.length > 0 ? compared : undefined;
  const before = (bucket: Bucket | undefined) =>
    line ? [bucket?.title ?? NO_VALUE, bucket ? line.text(bucket.funnel) : NO_VALUE] : [];
  return {
    head: [
      t.charts.date,
      ...lines.map(({ name }) => name),
      ...(line ? [t.comparison.date, t.comparison.column(line.name)] : []),
    ],
    rows: buckets.map((bucket, index) => [
      bucket.title,
      ...lines.map(({ text }) => text(bucket.funnel)),
      ...before(earlier[index]),
    ]),
  };
}
