import type { EChartsOption } from "echarts";
import { chartTheme, hoveredIndex } from "../../../charts/chartTheme";
import type { Colors } from "../../../charts/colors";
import { tooltipContent } from "../../../charts/tooltip";
import type { Texts } from "../../../i18n/es";
import type { Formats } from "../../../i18n/formats";
import type { Bucket } from "./buckets";
import { earlierLine, type Measure, type SeriesLine } from "./lines";

/** The point of the earlier period beside each point; none where they are not shown. */
type Earlier = { buckets: (Bucket | undefined)[]; periodName: string };

type Input = {
  buckets: Bucket[];
  earlier: Earlier;
  /** What happened in each point, where anything did. */
  marks?: string[][];
  lines: SeriesLine[];
  measure: Measure;
  colors: Colors;
  t: Texts;
  format: Formats;
};

/** Build the chart of some lines over time. */
export function seriesOption({
  buckets,
  earlier,
  marks = [],
  lines,
  measure,
  colors,
  t,
  format,
}: Input): EChartsOption {
  const { label, tooltip, grid, namedGrid, axisName, category, value } = chartTheme(colors);
  return {
    grid: measure === "rates" ? grid : namedGrid,
    animationDuration: 300,
    tooltip: {
      ...tooltip,
      trigger: "axis",
      axisPointer: { lineStyle: { color: colors.quiet } },
      formatter: (params) => {
        const index = hoveredIndex(params);
        const [bucket, before] = [buckets[index], earlier.buckets[index]];
        if (!bucket) return "";
        const rows = lines.map((line) => ({
          color: colors[line.color],
          name: line.name,
          value: line.text(bucket.funnel),
          note: before && t.comparison.only(line.text(before.funnel)),
        }));
        return tooltipContent(bucket.title, rows, before && t.comparison.only(before.title), ...(marks[index] ?? []));
      },
    },
    xAxis: {
      type: "category",
      ...category,
      boundaryGap: buckets.length === 1,
      data: buckets.map(({ axisLabel }) => axisLabel),
      axisLabel: { ...label, hideOverlap: true, interval: (index) => buckets[index]?.isLabeled ?? false },
    },
    yAxis: {
      type: "value",
      ...value,
      splitNumber: 4,
      ...(measure === "rates"
        ? { min: 0, max: 1, interval: 0.25 }
        : { minInterval: 1, ...axisName(t.charts.messagesAxis) }),
      axisLabel: { ...label, formatter: measure === "counts" ? format.count : format.wholeRate },
    },
    series: [
      ...lines.flatMap((line) => drawLine(line, buckets, colors, measure)),
      // One line only: as many again would be a tangle. The tooltip has the earlier values of all.
      ...lines
        .slice(0, earlier.buckets.some(Boolean) ? 1 : 0)
        .map((line) => drawEarlier(line, buckets, earlier, colors)),
      ...(marks.some((texts) => texts.length > 0) ? [drawMarks(marks, t, colors)] : []),
    ],
  };
}

/** Draw a line twice: as it is between whole points, and dashed from a whole point to a partial one beside it. */
function drawLine(line: SeriesLine, buckets: Bucket[], colors: Colors, measure: Measure) {
  const values = buckets.map(({ funnel }) => line.value(funnel));
  const isPartial = (index: number) => buckets[index]?.isPartial ?? false;
  const whole = values.map((value, index) => (isPartial(index) ? null : value));
  const partial = values.map((value, index) =>
    isPartial(index) || isPartial(index - 1) || isPartial(index + 1) ? value : null,
  );
  const isFilled = measure === "counts" && line.key === "messages";
  const shared = {
    type: "line" as const,
    name: line.name,
    symbol: "circle",
    symbolSize: 5,
    color: colors[line.color],
    emphasis: { disabled: true },
  };
  const width = line.dash === "solid" ? 2 : 1.5;
  return [
    {
      ...shared,
      data: whole,
      showSymbol: isSinglePoint(whole),
      lineStyle: { width, type: line.dash },
      ...(isFilled && { areaStyle: { opacity: 0.1 } }),
    },
    {
      ...shared,
      data: partial,
      showSymbol: isSinglePoint(partial),
      lineStyle: { width, type: [3, 4], opacity: 0.8 },
      ...(isFilled && { areaStyle: { opacity: 0.05 } }),
    },
  ];
}

/** Draw a line's earlier values, dashed, each at the place of the point that it is compared with. */
function drawEarlier(line: SeriesLine, buckets: Bucket[], earlier: Earlier, colors: Colors) {
  const { name, color } = earlierLine(line, earlier.periodName);
  const values = buckets.map((_, index) => {
    const bucket = earlier.buckets[index];
    return bucket ? line.value(bucket.funnel) : null;
  });
  return {
    type: "line" as const,
    name,
    id: `earlier ${line.key}`,
    symbol: "circle",
    symbolSize: 4,
    color: colors[color],
    emphasis: { disabled: true },
    silent: true,
    z: 1,
    data: values,
    showSymbol: isSinglePoint(values),
    lineStyle: { width: 1.75, type: [5, 4] },
  };
}

/** Draw a small sign on the axis for each point in which something happened. */
function drawMarks(marks: string[][], t: Texts, colors: Colors) {
  return {
    type: "line" as const,
    name: t.annotations.title,
    id: "annotations",
    symbol: "diamond",
    symbolSize: 8,
    showAllSymbol: true,
    color: colors.quiet,
    emphasis: { disabled: true },
    silent: true,
    z: 4,
    data: marks.map((texts) => (texts.length > 0 ? 0 : null)),
    lineStyle: { width: 0 },
  };
}

/** Return whether there is one value only, which makes no line. */
const isSinglePoint = (values: (number | null)[]): boolean => values.filter((value) => value !== null).length === 1;
