import type { EChartsOption } from "echarts";
import type { PointFragment } from "../api/generated/operations";
import type { Colours } from "../charts/colours";
import { content, look } from "../charts/tooltip";
import type { Texts } from "../texts/es";
import type { Formats } from "../texts/formats";

export type Measure = "counts" | "rates";

type Funnel = PointFragment["funnel"];

type Colour = "quiet" | "step-2" | "step-3" | "step-4" | "step-5" | "bad";

export type SeriesLine = {
  name: string;
  colour: Colour;
  /** Lines are told apart by more than their colour. */
  dash: "solid" | "dashed" | "dotted";
  value: (funnel: Funnel) => number | null;
  shown: (funnel: Funnel) => string;
};

const STEPS = [
  ["sent", "step-2", "solid"],
  ["delivered", "step-3", "solid"],
  ["read", "step-4", "solid"],
  ["responded", "step-5", "solid"],
  ["bounced", "bad", "dotted"],
] as const;

/** What is drawn: the count of each step, or its rate. */
export function linesOf(measure: Measure, t: Texts, f: Formats): SeriesLine[] {
  const steps = STEPS.map(([key, colour, dash]): SeriesLine => {
    const value = (funnel: Funnel) => (measure === "counts" ? funnel[key].count : funnel[key].rate);
    const shown = (funnel: Funnel) => (measure === "counts" ? f.count(funnel[key].count) : f.rate(funnel[key].rate));
    return { name: t.funnel[key], colour, dash, value, shown };
  });
  if (measure === "rates") return steps;
  const value = (funnel: Funnel) => funnel.messages;
  const shown = (funnel: Funnel) => f.count(funnel.messages);
  return [{ name: t.funnel.messages, colour: "quiet", dash: "dashed", value, shown }, ...steps];
}

type Drawing = {
  points: PointFragment[];
  measure: Measure;
  colours: Colours;
  t: Texts;
  f: Formats;
  dated: (point: PointFragment) => string;
  short: (point: PointFragment) => string;
};

export function seriesOption({ points, measure, colours, t, f, dated, short }: Drawing): EChartsOption {
  const { label, tooltip, grid, category, value } = look(colours);
  const lines = linesOf(measure, t, f);
  return {
    grid,
    animationDuration: 300,
    tooltip: {
      ...tooltip,
      trigger: "axis",
      axisPointer: { lineStyle: { color: colours.quiet } },
      formatter: (shown) => {
        const point = points[(Array.isArray(shown) ? shown[0] : shown)?.dataIndex ?? 0];
        if (!point) return "";
        return content(
          dated(point),
          lines.map((line) => ({ colour: colours[line.colour], name: line.name, value: line.shown(point.funnel) })),
        );
      },
    },
    xAxis: {
      type: "category",
      ...category,
      boundaryGap: points.length === 1,
      data: points.map(short),
      axisLabel: { ...label, hideOverlap: true },
    },
    yAxis: {
      type: "value",
      ...value,
      splitNumber: 4,
      ...(measure === "rates" && { min: 0, max: 1 }),
      axisLabel: { ...label, formatter: measure === "counts" ? f.compact : f.wholeRate },
    },
    series: lines.map((line) => ({
      type: "line",
      name: line.name,
      data: points.map(({ funnel }) => line.value(funnel)),
      symbol: "circle",
      symbolSize: 5,
      showSymbol: points.length === 1,
      color: colours[line.colour],
      lineStyle: { width: line.dash === "solid" ? 2 : 1.5, type: line.dash },
      areaStyle: { opacity: measure === "counts" && line.dash === "solid" ? 0.12 : 0 },
      emphasis: { disabled: true },
    })),
  };
}
