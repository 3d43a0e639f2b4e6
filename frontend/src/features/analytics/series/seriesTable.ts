import type { Texts } from "../../../i18n/es";
import type { Bucket } from "./buckets";
import type { SeriesLine } from "./lines";

type Input = { buckets: Bucket[]; earlier: Bucket[]; lines: SeriesLine[]; shownLines: SeriesLine[]; t: Texts };

const NONE = "";

/** Write the series as a table: all lines, and of those that are shown the values of the earlier period. */
export function seriesTable({ buckets, earlier, lines, shownLines, t }: Input) {
  const compared = earlier.length > 0 ? shownLines : [];
  const before = (bucket: Bucket | undefined) =>
    bucket ? [bucket.title, ...compared.map((line) => line.text(bucket.funnel))] : [NONE, ...compared.map(() => NONE)];
  return {
    head: [
      t.charts.date,
      ...lines.map(({ name }) => name),
      ...(compared.length > 0 ? [t.comparison.date, ...compared.map(({ name }) => t.comparison.column(name))] : []),
    ],
    rows: buckets.map((bucket, index) => [
      bucket.title,
      ...lines.map((line) => line.text(bucket.funnel)),
      ...(compared.length > 0 ? before(earlier[index]) : []),
    ]),
  };
}
