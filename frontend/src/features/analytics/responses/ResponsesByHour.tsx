import type { EChartsOption } from "echarts";
import { useCallback } from "react";
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

/** Responses by hour of the day, as bars. */
export function ResponsesByHour({ rows, days }: { rows: Numbers["responsesByHour"]; days: Days }) {
  const { t, format } = useI18n();
  const option = useCallback(
    (colors: Colors): EChartsOption => {
      const { label, tooltip, namedGrid, axisName, category, value } = chartTheme(colors);
      return {
        grid: namedGrid,
        tooltip: {
          ...tooltip,
          trigger: "axis",
          axisPointer: { type: "shadow", shadowStyle: { color: colors.raised, opacity: 0.6 } },
          formatter: (params) => {
            const row = rows[hoveredIndex(params)];
            if (!row) return "";
            const line = { name: t.charts.responses(row.responses), value: format.count(row.responses) };
            return tooltipContent(format.hour(row.hour), [line]);
          },
        },
        xAxis: {
          type: "category",
          ...category,
          data: rows.map(({ hour }) => format.hour(hour)),
          axisLabel: { ...label, interval: "auto" },
        },
        yAxis: {
          type: "value",
          ...value,
          ...axisName(t.charts.responsesLabel.toLowerCase()),
          minInterval: 1,
          splitNumber: 4,
          axisLabel: { ...label, formatter: format.count },
        },
        series: [
          {
            type: "bar",
            data: rows.map(({ responses }) => responses),
            barCategoryGap: "28%",
            itemStyle: { color: colors["step-5"], borderRadius: [3, 3, 0, 0] },
          },
        ],
      };
    },
    [rows, t, format],
  );
  const openHour = useCallback(
    (index: number) => {
      const row = rows[index];
      if (row?.responses) openMessages({ counted: { kind: "reply", weekday: null, hour: row.hour }, row: {} });
    },
    [rows],
  );
  return (
    <ChartCard
      title={t.charts.hours}
      definition="CampaignAnalytics.responsesByHour"
      area="hours"
      days={days}
      option={option}
      chart={
        rows.some(({ responses }) => responses > 0) ? (
          <Chart label={t.charts.hours} option={option} onPress={openHour} />
        ) : (
          <p className={classes.nothing}>{t.charts.noResponses}</p>
        )
      }
      table={() => ({
        head: [t.charts.hour, t.charts.responsesLabel],
        cells: rows.map(({ hour, responses }) => [format.hour(hour), responses]),
        rows: rows.map(({ hour, responses }) => [
          format.hour(hour),
          <MessagesButton
            counted={{ kind: "reply", weekday: null, hour }}
            shown={format.count(responses)}
            count={responses}
            of={t.messages.at(null, format.hour(hour))}
          />,
        ]),
      })}
    />
  );
}
