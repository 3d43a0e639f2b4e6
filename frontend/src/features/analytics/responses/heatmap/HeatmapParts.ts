import type { ComponentProps } from "react";
import type { ChartCard } from "../../../../charts/ChartCard";

/** What a measure puts into the card of the heat map. */
export type HeatmapParts = Pick<
  ComponentProps<typeof ChartCard>,
  "title" | "definition" | "about" | "banner" | "option" | "chart" | "foot" | "table"
>;
