import type { EChartsOption } from "echarts";
import { useCallback } from "react";
import type { ViewQuery } from "../../../api/generated/operations";
import { Chart } from "../../../charts/Chart";
import type { Colours } from "../../../charts/colors";
import { Figure } from "../../../charts/ChartCard";
import { content, look } from "../../../charts/tooltip";
import { useTexts } from "../../../i18n/I18nProvider";
import classes from "../../../charts/Chart.module.css";

type Numbers = NonNullable<ViewQuery["campaignAnalytics"]>;

const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7]; // ISO: Monday first
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

/** Responses by weekday and hour. */
export function Heatmap({ cells }: { cells: Numbers["responseHeatmap"] }) {
  const { t, f } = useTexts();
  const most = Math.max(0, ...cells.map(({ responses }) => responses));
  const option = useCallback(
    (colours: Colours): EChartsOption => {
      const { label, tooltip, grid, category } = look(colours);
      return {
        grid,
        tooltip: {
          ...tooltip,
          formatter: (shown) => {
            const cell = cells[(Array.isArray(shown) ? shown[0] : shown)?.dataIndex ?? 0];
            return cell
              ? content(`${f.longWeekday(cell.weekday)} ${f.hour(cell.hour)}`, [
                  { name: t.charts.responses(cell.responses), value: f.count(cell.responses) },
                ])
              : "";
          },
        },
        xAxis: { type: "category", ...category, data: HOURS.map(f.hour), axisLabel: { ...label, interval: "auto" } },
        yAxis: {
          type: "category",
          ...category,
          inverse: true,
          data: WEEKDAYS.map(f.weekday),
          axisLine: { show: false },
        },
        visualMap: {
          show: false,
          min: 0,
          max: Math.max(most, 1),
          inRange: {
            color: [colours.raised, colours["step-2"], colours["step-3"], colours["step-4"], colours["step-5"]],
          },
        },
        series: [
          {
            type: "heatmap",
            data: cells.map(({ weekday, hour, responses }) => [hour, weekday - 1, responses]),
            itemStyle: { borderColor: colours.card, borderWidth: 2, borderRadius: 4 },
          },
        ],
      };
    },
    [cells, most, t, f],
  );
  const responses = new Map(cells.map((cell) => [`${cell.weekday} ${cell.hour}`, cell.responses]));
  return (
    <Figure
      title={t.charts.heatmap}
      definition="CampaignAnalytics.responseHeatmap"
      area="heatmap"
      chart={
        <>
          <Chart label={t.charts.heatmap} option={option} />
          <p className={classes.scale}>
            {f.count(0)} <i aria-hidden="true" /> {f.count(most)} {t.charts.heatScale}
          </p>
        </>
      }
      values={() => ({
        head: [t.charts.hour, ...WEEKDAYS.map(f.weekday)],
        rows: HOURS.map((hour) => [
          f.hour(hour),
          ...WEEKDAYS.map((day) => f.count(responses.get(`${day} ${hour}`) ?? 0)),
        ]),
      })}
    />
  );
}
