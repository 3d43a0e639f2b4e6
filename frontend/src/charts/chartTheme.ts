import type { EChartsOption } from "echarts";
import type { Colors } from "./colors";

/** Build the options that all charts share: fonts, axes, tooltips. */
export function chartTheme(colors: Colors) {
  const label = { color: colors.quiet, fontFamily: colors.font, fontSize: colors.size };
  return {
    label,
    tooltip: {
      confine: true,
      backgroundColor: colors.card,
      borderColor: colors.line,
      extraCssText: "box-shadow: var(--tooltip-shadow)",
      transitionDuration: 0.1,
    },
    /** The name of what an axis counts, above it; it needs `namedGrid`. */
    axisName: (name: string) => ({
      name,
      nameLocation: "end" as const,
      nameGap: 10,
      nameTextStyle: { ...label, align: "left" as const, padding: [0, 0, 0, -1.5 * label.fontSize] },
    }),
    namedGrid: { left: 0, right: 8, top: 2.4 * label.fontSize, bottom: 6, containLabel: true },
    grid: { left: 0, right: 8, top: 12, bottom: 6, containLabel: true },
    category: { axisLabel: label, axisTick: { show: false }, axisLine: { lineStyle: { color: colors.line } } },
    value: { axisLabel: label, splitLine: { lineStyle: { color: colors.line } } },
  } satisfies Record<string, unknown> & { grid: EChartsOption["grid"] };
}

/** Return which of the drawn items a tooltip is about, from the argument of its formatter. */
export function hoveredIndex(params: { dataIndex: number } | { dataIndex: number }[]): number {
  return (Array.isArray(params) ? params[0]?.dataIndex : params.dataIndex) ?? 0;
}
