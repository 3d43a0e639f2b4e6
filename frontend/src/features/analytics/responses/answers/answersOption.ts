import type { EChartsOption } from "echarts";
import { chartTheme } from "../../../../charts/chartTheme";
import type { Colors } from "../../../../charts/colors";
import type { Formats } from "../../../../i18n/formats";
import type { Row } from "./answerRows";

/** Draw answers as bars, the most frequent one above, with their numbers. */
export function answersOption(rows: Row[], format: Formats, colors: Colors): EChartsOption {
  const { label, grid, category, value } = chartTheme(colors);
  return {
    grid,
    xAxis: {
      type: "value",
      ...value,
      minInterval: 1,
      boundaryGap: [0, 0.15], // room for the numbers at the bars' ends
      axisLabel: { ...label, formatter: format.count },
    },
    yAxis: {
      type: "category",
      ...category,
      inverse: true,
      data: rows.map(({ name }) => name),
      axisLabel: { ...label, interval: 0, width: 240, overflow: "truncate" },
    },
    series: [
      {
        type: "bar",
        data: rows.map(({ answer }) => answer.messages),
        barCategoryGap: "35%",
        itemStyle: { color: colors["step-5"], borderRadius: [0, 3, 3, 0] },
        label: {
          show: true,
          position: "right",
          ...label,
          formatter: ({ dataIndex }) => {
            const answer = rows[dataIndex]?.answer;
            return answer ? `${format.count(answer.messages)} (${format.rate(answer.share)})` : "";
          },
        },
      },
    ],
  };
}
