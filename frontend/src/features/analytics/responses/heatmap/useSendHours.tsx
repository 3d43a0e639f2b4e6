import { Skeleton } from "@mantine/core";
import { useCallback, useMemo } from "react";
import { SendTimesDocument, type CampaignAnalyticsFilter } from "../../../../api/generated/operations";
import { useStableQuery } from "../../../../api/useStableQuery";
import { Chart } from "../../../../charts/Chart";
import chartClasses from "../../../../charts/Chart.module.css";
import type { Colors } from "../../../../charts/colors";
import { DefinitionPopover } from "../../../../components/DefinitionPopover";
import { useI18n } from "../../../../i18n/I18nProvider";
import { CardError } from "../CardError";
import { heatmapOption, HOURS, placeKey, WEEKDAYS } from "./heatmapOption";
import type { HeatmapParts } from "./HeatmapParts";
import classes from "./SendHours.module.css";
import {
  cellText,
  cellWords,
  isFew,
  rangeOf,
  valueOf,
  verdictOf,
  verdictWords,
  type SendMeasure,
  type SendTime,
} from "./sendTimes";

const NONE: SendTime[] = [];

/** Return the parts of the heat map by hour of sending, which is asked for where `isChosen`. */
export function useSendHours(
  measure: SendMeasure,
  isChosen: boolean,
  filter: CampaignAnalyticsFilter,
  viewReceivedAt: number,
): HeatmapParts {
  const { t, format } = useI18n();
  const { sends } = t.charts;
  const choice = JSON.stringify(filter);
  const { answer, isPending, error, refetch } = useStableQuery(
    SendTimesDocument,
    { filter },
    { part: { choice, viewReceivedAt, initialData: undefined }, enabled: isChosen },
  );
  // What is not known of these days is not shown of others.
  const numbers = error ? undefined : (answer?.data.campaignAnalytics ?? undefined);
  const cells = numbers?.sendTimes ?? NONE;
  const range = useMemo(() => rangeOf(cells.map((cell) => valueOf(measure, cell))), [cells, measure]);
  const option = useCallback(
    (colors: Colors) =>
      heatmapOption({
        cells,
        value: (cell) => (cell.delivered === 0 ? undefined : valueOf(measure, cell)),
        range: range ?? { low: 0, high: 1 },
        isFromNothing: false,
        isPressable: false,
        about: (cell) => cellWords(t, format, measure, cell),
        format,
        colors,
      }),
    [cells, measure, range, t, format],
  );
  const at = useMemo(() => new Map(cells.map((cell) => [placeKey(cell), cell])), [cells]);
  const hours = numbers ? HOURS : [];
  const cellsOf = (hour: number) => WEEKDAYS.flatMap((weekday) => at.get(placeKey({ weekday, hour })) ?? []);
  const title = sends.measures[measure];
  const write = measure === "rate" ? format.rate : format.duration;
  return {
    title,
    definition: "CampaignAnalytics.sendTimes",
    about: measure === "time" ? sends.typicalAbout : undefined,
    option,
    banner: error && <CardError error={error} retry={refetch} tooManyAbout={sends.tooManyAbout} />,
    chart: error ? null : !numbers ? (
      <Skeleton className={classes.waiting ?? ""} height="15.5rem" />
    ) : cells.every(({ delivered }) => delivered === 0) ? (
      <p className={chartClasses.nothing}>{sends.none}</p>
    ) : (
      <div className={chartClasses.drawn} aria-busy={isPending || answer?.choice !== choice}>
        <Chart label={title} option={option} />
        <p className={`${chartClasses.scale ?? ""} ${classes.scale ?? ""}`}>
          {range && (
            <>
              {write(range.low)} <i aria-hidden="true" /> {write(range.high)}
            </>
          )}
          {cells.some(isFew) && <span className={classes.few}>{sends.few}</span>}
        </p>
      </div>
    ),
    foot:
      measure === "rate" && numbers ? (
        <p className={classes.verdict}>
          <DefinitionPopover field="SendTimeBlock.best" name={sends.bestName}>
            {verdictWords(t, format, verdictOf(numbers.sendTimeBlocks))}
          </DefinitionPopover>
        </p>
      ) : undefined,
    table: () => ({
      head: [sends.hour, ...WEEKDAYS.map(format.weekday)],
      fileHead: [measure === "time" ? sends.hourSeconds : sends.hour, ...WEEKDAYS.map(format.weekday)],
      rows: hours.map((hour) => [
        format.hour(hour),
        ...cellsOf(hour).map((cell) => (
          <span title={cellWords(t, format, measure, cell)}>{cellText(t, format, measure, cell)}</span>
        )),
      ]),
      cells: hours.map((hour) => [
        format.hour(hour),
        ...cellsOf(hour).map((cell) => {
          if (measure === "time") return cell.typicalResponseTime;
          return isFew(cell) ? cellText(t, format, measure, cell) : { rate: cell.rate };
        }),
      ]),
    }),
  };
}
