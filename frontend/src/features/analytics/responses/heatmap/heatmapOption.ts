import type { EChartsOption } from "echarts";
import { chartTheme, hoveredIndex } from "../../../../charts/chartTheme";
import type { Colors } from "../../../../charts/colors";
import { tooltipContent, type TooltipLine } from "../../../../charts/tooltip";
import type { Formats } from "../../../../i18n/formats";

export const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7]; // ISO: Monday first
export const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

type Place = { weekday: number; hour: number };

/** The key of an hour of the week. */
export const placeKey = ({ weekday, hour }: Place): string => `${weekday} ${hour}`;

type Input<C extends Place> = {
  cells: C[];
  /** The value that colors a cell; null where it is pale, undefined where there is nothing. */
  value: (cell: C) => number | null | undefined;
  range: { low: number; high: number };
  /** True where the lowest value is nothing: it has the color of no message then. */
  isFromNothing: boolean;
  /** True where a click opens something. */
  isPressable: boolean;
  /** What a tooltip says of a cell: lines, or one sentence. */
  about: (cell: C) => TooltipLine | string;
  format: Formats;
  colors: Colors;
};

/** Build a heat map of the week: hours from left to right, weekdays from above. */
export function heatmapOption<C extends Place>(input: Input<C>): EChartsOption {
  const { cells, value, range, isFromNothing, isPressable, about, format, colors } = input;
  const { label, tooltip, grid, category } = chartTheme(colors);
  const steps = [colors["step-2"], colors["step-3"], colors["step-4"], colors["step-5"]];
  const pale = range.low - 1; // out of range
  return {
    grid,
    tooltip: {
      ...tooltip,
      formatter: (params) => {
        const cell = cells[hoveredIndex(params)];
        if (!cell) return "";
        const said = about(cell);
        const title = `${format.longWeekday(cell.weekday)} ${format.hour(cell.hour)}`;
        return typeof said === "string" ? tooltipContent(title, [], said) : tooltipContent(title, [said]);
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
      type: "continuous",
      min: range.low,
      max: range.high,
      unboundedRange: false,
      inRange: { color: [isFromNothing ? colors.raised : colors["step-1"], ...steps] },
      outOfRange: { color: [colors.line] },
    },
    series: [
      {
        type: "heatmap",
        data: cells.map((cell) => {
          const shown = value(cell);
          return [cell.hour, cell.weekday - 1, shown === undefined ? "-" : (shown ?? pale)];
        }),
        cursor: isPressable ? "pointer" : "default",
        itemStyle: { borderColor: colors.card, borderWidth: 2, borderRadius: 4 },
      },
    ],
  };
}
