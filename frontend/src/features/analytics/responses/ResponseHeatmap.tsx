import type { EChartsOption } from "echarts";
import { useCallback, useMemo } from "react";
import type { ViewQuery } from "../../../api/generated/operations";
import { Chart } from "../../../charts/Chart";
import classes from "../../../charts/Chart.module.css";
import { ChartCard } from "../../../charts/ChartCard";
import { chartTheme, hoveredIndex } from "../../../charts/chartTheme";
import type { Colors } from "../../../charts/colors";
import { tooltipContent } from "../../../charts/tooltip";
import { useI18n } from "../../../i18n/I18nProvider";
import type { Days } from "../../../lib/dates/days";
import { MessagesButton } from "../messages/number/MessagesButton";
import { openMessages } from "../messages/number/useMessageSet";

type Numbers = NonNullable<ViewQuery["campaignAnalytics"]>;

const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7]; // ISO: Monday first
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

/** Responses by weekday and hour, as a heatmap. */
export function ResponseHeatmap({ cells, days }: { cells: Numbers["responseHeatmap"]; days: Days }) {
  const { t, format } = useI18n();
  const max = Math.max(0, ...cells.map(({ responses }) => responses));
  const most = cells.find(({ responses }) => responses === max);
  const option = useCallback(
    (colors: Colors): EChartsOption => {
      const { label, tooltip, grid, category } = chartTheme(colors);
      return {
        grid,
        tooltip: {
          ...tooltip,
          formatter: (params) => {
            const cell = cells[hoveredIndex(params)];
            if (!cell) return "";
            const line = { name: t.charts.responses(cell.responses), value: format.count(cell.responses) };
            return tooltipContent(`${format.longWeekday(cell.weekday)} ${format.hour(cell.hour)}`, [line]);
          },
        },
        xAxis: {
          type: "category",
          ...category,
          data: HOURS.map(format.hour),
          axisLabel: { ...label, interval: "auto" },
        },
        yAxis: {
          type: "category",
          ...category,
          inverse: true,
          data: WEEKDAYS.map(format.weekday),
          axisLine: { show: false },
        },
        visualMap: {
          show: false,
          min: 0,
          max: Math.max(max, 1),
          inRange: {
            color: [colors.raised, colors["step-2"], colors["step-3"], colors["step-4"], colors["step-5"]],
          },
        },
        series: [
          {
            type: "heatmap",
            data: cells.map(({ weekday, hour, responses }) => [hour, weekday - 1, responses]),
            itemStyle: { borderColor: colors.card, borderWidth: 2, borderRadius: 4 },
          },
        ],
      };
    },
    [cells, max, t, format],
  );
  const responsesAt = useMemo(
    () => new Map(cells.map((cell) => [`${cell.weekday} ${cell.hour}`, cell.responses])),
    [cells],
  );
  const openCell = useCallback(
    (hour: number, row: number) => {
      const weekday = row + 1;
      if (responsesAt.get(`${weekday} ${hour}`)) openMessages({ counted: { kind: "reply", weekday, hour }, row: {} });
    },
    [responsesAt],
  );
  return (
    <ChartCard
      title={t.charts.heatmap}
      definition="CampaignAnalytics.responseHeatmap"
      area="heatmap"
      days={days}
      option={option}
      chart={
        most && max > 0 ? (
          <>
            <Chart label={t.charts.heatmap} option={option} onPress={openCell} />
            <p className={classes.scale}>
              {format.count(0)} <i aria-hidden="true" />{" "}
              {t.charts.most(
                `${format.count(max)} ${t.charts.responses(max)}`,
                `${format.weekday(most.weekday)} ${format.hour(most.hour)}`,
              )}
            </p>
          </>
        ) : (
          <p className={classes.nothing}>{t.charts.noResponses}</p>
        )
      }
      table={() => ({
        head: [t.charts.hour, ...WEEKDAYS.map(format.weekday)],
        cells: HOURS.map((hour) => [
          format.hour(hour),
          ...WEEKDAYS.map((weekday) => responsesAt.get(`${weekday} ${hour}`) ?? 0),
        ]),
        rows: HOURS.map((hour) => [
          format.hour(hour),
          ...WEEKDAYS.map((weekday) => {
            const count = responsesAt.get(`${weekday} ${hour}`) ?? 0;
            return (
              <MessagesButton
                counted={{ kind: "reply", weekday, hour }}
                shown={format.count(count)}
                count={count}
                of={t.messages.at(format.longWeekday(weekday), format.hour(hour))}
              />
            );
          }),
        ]),
      })}
    />
  );
}
