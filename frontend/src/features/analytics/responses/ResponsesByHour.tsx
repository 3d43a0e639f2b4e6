import type { EChartsOption } from "echarts";
import { useCallback } from "react";
import type { ViewQuery } from "../../../api/generated/operations";
import { Chart } from "../../../charts/Chart";
import type { Colours } from "../../../charts/colors";
import { Figure } from "../../../charts/ChartCard";
import { content, look } from "../../../charts/tooltip";
import { useTexts } from "../../../i18n/I18nProvider";

type Numbers = NonNullable<ViewQuery["campaignAnalytics"]>;

/** Responses by hour of the day. */
export function Hours({ rows }: { rows: Numbers["responsesByHour"] }) {
  const { t, f } = useTexts();
  const option = useCallback(
    (colours: Colours): EChartsOption => {
      const { label, tooltip, grid, category, value } = look(colours);
      return {
        grid,
        tooltip: {
          ...tooltip,
          trigger: "axis",
          axisPointer: { type: "shadow", shadowStyle: { color: colours.raised, opacity: 0.6 } },
          formatter: (shown) => {
            const row = rows[(Array.isArray(shown) ? shown[0] : shown)?.dataIndex ?? 0];
            return row
              ? content(f.hour(row.hour), [{ name: t.charts.responses(row.responses), value: f.count(row.responses) }])
              : "";
          },
        },
        xAxis: {
          type: "category",
          ...category,
          data: rows.map(({ hour }) => f.hour(hour)),
          axisLabel: { ...label, interval: "auto" },
        },
        yAxis: {
          type: "value",
          ...value,
          minInterval: 1,
          splitNumber: 4,
          axisLabel: { ...label, formatter: f.compact },
        },
        series: [
          {
            type: "bar",
            data: rows.map(({ responses }) => responses),
            barCategoryGap: "28%",
            itemStyle: { color: colours["step-4"], borderRadius: [3, 3, 0, 0] },
          },
        ],
      };
    },
    [rows, t, f],
  );
  return (
    <Figure
      title={t.charts.hours}
      definition="CampaignAnalytics.responsesByHour"
      area="hours"
      chart={<Chart label={t.charts.hours} option={option} />}
      values={() => ({
        head: [t.charts.hour, t.charts.responsesLabel],
        rows: rows.map(({ hour, responses }) => [f.hour(hour), f.count(responses)]),
      })}
    />
  );
}
