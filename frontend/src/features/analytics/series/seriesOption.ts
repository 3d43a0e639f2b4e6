import type { EChartsOption } from "echarts";
import type { PointFragment } from "../../../api/generated/operations";
import type { Colours } from "../../../charts/colors";
import { content, look } from "../../../charts/tooltip";
import type { Texts } from "../../../i18n/es";
import type { Formats } from "../../../i18n/formats";
import type { Bucket } from "./buckets";

export type Measure = "counts" | "rates";

type Funnel = PointFragment["funnel"];

type Colour = "quiet" | "line-sent" | "line-delivered" | "line-read" | "line-responded" | "bad";

type Key = "messages" | "sent" | "delivered" | "read" | "responded" | "bounced";

export type SeriesLine = {
  key: Key;
  name: string;
  colour: Colour;
  /** Lines are told apart by more than their colour. */
  dash: "solid" | "dashed" | "dotted";
  value: (funnel: Funnel) => number | null;
  shown: (funnel: Funnel) => string;
};

const STEPS = [
  ["sent", "line-sent", "solid"],
  ["delivered", "line-delivered", "solid"],
  ["read", "line-read", "solid"],
  ["responded", "line-responded", "solid"],
  ["bounced", "bad", "dotted"],
] as const;

/** What is drawn: the count of each step, or its rate. */
export function linesOf(measure: Measure, t: Texts, f: Formats): SeriesLine[] {
  const steps = STEPS.map(([key, colour, dash]): SeriesLine => {
    const value = (funnel: Funnel) => (measure === "counts" ? funnel[key].count : funnel[key].rate);
    const shown = (funnel: Funnel) => (measure === "counts" ? f.count(funnel[key].count) : f.rate(funnel[key].rate));
    return { key, name: t.funnel[key], colour, dash, value, shown };
  });
  if (measure === "rates") return steps;
  const value = (funnel: Funnel) => funnel.messages;
  const shown = (funnel: Funnel) => f.count(funnel.messages);
  return [{ key: "messages", name: t.funnel.messages, colour: "quiet", dash: "dashed", value, shown }, ...steps];
}

type Drawing = {
  points: Bucket[];
  /** Those that are drawn. */
  lines: SeriesLine[];
  measure: Measure;
  colours: Colours;
  f: Formats;
};

export function seriesOption({ points, lines, measure, colours, f }: Drawing): EChartsOption {
  const { label, tooltip, grid, category, value } = look(colours);
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
          point.title,
          lines.map((line) => ({ colour: colours[line.colour], name: line.name, value: line.shown(point.funnel) })),
        );
      },
    },
    xAxis: {
      type: "category",
      ...category,
      boundaryGap: points.length === 1,
      data: points.map(({ short }) => short),
      axisLabel: { ...label, hideOverlap: true, interval: (at) => points[at]?.labelled ?? false },
    },
    yAxis: {
      type: "value",
      ...value,
      splitNumber: 4,
      ...(measure === "rates" && { min: 0, max: 1 }),
      axisLabel: { ...label, formatter: measure === "counts" ? f.compact : f.wholeRate },
    },
    series: lines.flatMap((line) => {
      const base = {
        type: "line" as const,
        name: line.name,
        symbol: "circle",
        symbolSize: 5,
        color: colours[line.colour],
        emphasis: { disabled: true },
      };
      const values = points.map(({ funnel }) => line.value(funnel));
      const isPartial = (at: number) => points[at]?.partial ?? false;
      const whole = values.map((value, at) => (isPartial(at) ? null : value));
      // From the whole point before a partial one, or after it, to that one.
      const partial = values.map((value, at) =>
        isPartial(at) || isPartial(at - 1) || isPartial(at + 1) ? value : null,
      );
      const filled = measure === "counts" && line.key === "sent";
      const width = line.dash === "solid" ? 2 : 1.5;
      return [
        {
          ...base,
          data: whole,
          showSymbol: whole.filter((value) => value !== null).length === 1,
          lineStyle: { width, type: line.dash },
          ...(filled && { areaStyle: { opacity: 0.1 } }),
        },
        {
          ...base,
          data: partial,
          showSymbol: partial.filter((value) => value !== null).length === 1,
          lineStyle: { width, type: [3, 4], opacity: 0.8 },
          ...(filled && { areaStyle: { opacity: 0.05 } }),
        },
      ];
    }),
  };
}
