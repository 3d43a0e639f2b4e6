import { Table } from "@mantine/core";
import type { RowFunnelFragment } from "../../../../../api/generated/operations";
import { useI18n } from "../../../../../i18n/I18nProvider";
import { MIN_BASE, wilsonInterval } from "../../../../../lib/statistics/wilson";
import { named, type RowIds } from "../../../messages/number/messageSet";
import { MessagesButton } from "../../../messages/number/MessagesButton";
import { NUMBER_COLUMNS, type Share } from "../../view/columns";
import type { TableView } from "../../view/tableView";
import classes from "../PerformanceTable.module.css";

/** The ids and the name of a row, whose messages its numbers open. */
export type RowIdentity = { ids: RowIds; name: string };

type Props = {
  funnel: RowFunnelFragment;
  /** Absent in a sum of some rows, which no address names the messages of. */
  row?: RowIdentity;
  view: TableView;
  /** The funnel of all rows, which a row's rates are compared with; absent in the row of all. */
  total?: RowFunnelFragment;
};

/** The cells of a row's numbers, in the chosen columns. */
export function NumberCells({ funnel, row, view, total }: Props) {
  const { format } = useI18n();
  return NUMBER_COLUMNS.filter(({ key }) => view.columns.includes(key)).map((column) => {
    const { key, step } = column;
    const counted = named(step === "messages" ? "all" : step);
    const cell = { className: classes.number ?? "", "data-column": key, "data-step": step };
    if ("share" in column) {
      const average = total && column.share(total).rate;
      return (
        <Table.Td role="cell" key={key} {...cell} data-marked={view.marks.length > 0 || undefined}>
          <Rate share={column.share(funnel)} counted={counted} row={row} view={view} average={average} />
        </Table.Td>
      );
    }
    const count = column.count(funnel);
    const shown = format.count(count);
    return (
      <Table.Td role="cell" key={key} {...cell}>
        {row ? <MessagesButton counted={counted} row={row.ids} of={row.name} shown={shown} count={count} /> : shown}
      </Table.Td>
    );
  });
}

type RateProps = {
  share: Share;
  counted: ReturnType<typeof named>;
  row: RowIdentity | undefined;
  view: TableView;
  average: number | null | undefined;
};

/** A rate with its bar, and on demand its interval and its difference from the average. */
function Rate({ share: { count, base, rate }, counted, row, view: { marks }, average }: RateProps) {
  const { t, format } = useI18n();
  const isFew = marks.length > 0 && base > 0 && base < MIN_BASE;
  const shown = isFew ? t.tables.few(format.count(count), format.count(base)) : format.rate(rate);
  const interval = marks.includes("interval") && !isFew ? wilsonInterval(count, base) : undefined;
  const isCompared = marks.includes("difference") && !isFew && typeof average === "number" && rate !== null;
  const difference = isCompared ? rate - average : undefined;
  return (
    <>
      {rate && row ? <MessagesButton counted={counted} row={row.ids} of={row.name} shown={shown} /> : shown}
      {interval && (
        <span className={classes.mark} title={t.tables.intervalOf(format.rateRange(interval))} data-mark="interval">
          {format.rateRange(interval)}
        </span>
      )}
      {difference !== undefined && (
        <span className={classes.mark} title={t.tables.differenceOf(format.points(difference))} data-mark="difference">
          {format.points(difference)}
        </span>
      )}
      {average !== undefined && !isFew && (
        <span className={classes.bar} aria-hidden="true" data-from={difference === undefined ? undefined : "average"}>
          {difference === undefined ? <Bar from={0} to={rate ?? 0} /> : <Bar {...barOf(difference)} />}
        </span>
      )}
    </>
  );
}

/** A part of a bar, from 0 to 1 of its length. */
function Bar({ from, to }: { from: number; to: number }) {
  return <span style={{ width: `${100 * (to - from)}%`, marginLeft: `${100 * from}%` }} />;
}

const FULL_DIFFERENCE = 0.2; // of two rates: half a bar

/** Return the part of a bar from its middle, which is the average, towards the side of a difference. */
function barOf(difference: number): { from: number; to: number } {
  const length = Math.min(Math.abs(difference) / FULL_DIFFERENCE, 1) / 2;
  return difference < 0 ? { from: 0.5 - length, to: 0.5 } : { from: 0.5, to: 0.5 + length };
}
