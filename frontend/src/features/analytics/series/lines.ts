import type { PointFragment } from "../../../api/generated/operations";
import type { Texts } from "../../../i18n/es";
import type { Cell } from "../../../lib/files/textTable";
import type { Formats } from "../../../i18n/formats";

/** The number of each step that the lines show. */
export type Measure = "counts" | "rates";

type Funnel = PointFragment["funnel"];

type LineColor = "step-1" | "step-2" | "step-3" | "step-4" | "step-5" | "bad"; // those of the funnel

export const LINE_KEYS = ["messages", "sent", "delivered", "read", "responded", "bounced"] as const;

export type LineKey = (typeof LINE_KEYS)[number];

export type SeriesLine = {
  key: LineKey;
  name: string;
  color: LineColor;
  /** Tells lines apart for readers who cannot tell their colors apart. */
  dash: "solid" | "dashed" | "dotted";
  value: (funnel: Funnel) => number | null;
  text: (funnel: Funnel) => string;
  cell: (funnel: Funnel) => Cell;
};

/** Return the line of the values that a line had in an earlier period. */
export const earlierLine = ({ name, color }: SeriesLine, periodName: string) => ({
  name: `${name}, ${periodName}`,
  color,
});

const STEP_LINES = [
  ["sent", "step-2", "solid"],
  ["delivered", "step-3", "solid"],
  ["read", "step-4", "solid"],
  ["responded", "step-5", "solid"],
  ["bounced", "bad", "dotted"],
] as const;

/** List the lines of a measure: one for each step and, of counts, one for all messages. */
export function seriesLines(measure: Measure, t: Texts, format: Formats): SeriesLine[] {
  const steps = STEP_LINES.map(([key, color, dash]): SeriesLine => ({
    key,
    name: t.funnel[key],
    color,
    dash,
    value: (funnel) => (measure === "counts" ? funnel[key].count : funnel[key].rate),
    text: (funnel) => (measure === "counts" ? format.count(funnel[key].count) : format.rate(funnel[key].rate)),
    cell: (funnel) => (measure === "counts" ? funnel[key].count : { rate: funnel[key].rate }),
  }));
  if (measure === "rates") return steps;
  const messages: SeriesLine = {
    key: "messages",
    name: t.funnel.messages,
    color: "step-1",
    dash: "solid",
    value: (funnel) => funnel.messages,
    text: (funnel) => format.count(funnel.messages),
    cell: (funnel) => funnel.messages,
  };
  return [messages, ...steps];
}
