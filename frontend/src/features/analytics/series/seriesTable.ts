import type { TableData } from "../../../charts/DataTable";
import type { Texts } from "../../../i18n/es";
import type { Bucket } from "./buckets";
import type { SeriesLine } from "./lines";

type Input = {
  buckets: Bucket[];
  /** The earlier point beside each one. */
  earlier: (Bucket | undefined)[];
  lines: SeriesLine[];
  /** The line whose earlier values the chart draws, if it draws any. */
  compared: SeriesLine | undefined;
  t: Texts;
};

/** Write the series as a table: all lines, and what the chart draws of the earlier period, which may be shorter. */
export function seriesTable({ buckets, earlier, lines, compared, t }: Input): Omit<TableData, "onChoose"> {
  const line = earlier.some(Boolean) ? compared : undefined;
  const text = ({ title, funnel }: Bucket) => (line ? [title, line.text(funnel)] : []);
  const cells = ({ title, funnel }: Bucket) => (line ? [title, line.cell(funnel)] : []);
  const nothing = line ? [null, null] : [];
  const before = <Value>(write: (bucket: Bucket) => Value[], index: number) => {
    const bucket = earlier[index];
    return bucket ? write(bucket) : nothing;
  };
  return {
    head: [
      t.charts.date,
      ...lines.map(({ name }) => name),
      ...(line ? [t.comparison.date, t.comparison.column(line.name)] : []),
    ],
    rows: buckets.map((bucket, index) => [
      bucket.title,
      ...lines.map((one) => one.text(bucket.funnel)),
      ...before(text, index),
    ]),
    cells: buckets.map((bucket, index) => [
      bucket.title,
      ...lines.map((one) => one.cell(bucket.funnel)),
      ...before(cells, index),
    ]),
  };
}
