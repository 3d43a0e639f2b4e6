/** A chart as an image; loaded when somebody asks for one. */
import type { EChartsOption } from "echarts";
import { BarChart, HeatmapChart, LineChart } from "echarts/charts";
import {
  GridComponent,
  LegendComponent,
  TitleComponent,
  TooltipComponent,
  VisualMapComponent,
} from "echarts/components";
import { init, use as register } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { readLightColors, type Colors } from "./colors";

register([BarChart, HeatmapChart, LineChart, GridComponent, TooltipComponent, VisualMapComponent]);
register([LegendComponent, TitleComponent, CanvasRenderer]);

const SIZE = { width: 1_000, height: 480 }; // pixels of the page
const PIXEL_RATIO = 2;
const MARGIN = { left: 24, right: 24, top: 104, bottom: 56 };

const LEGEND = {
  bottom: 12,
  left: MARGIN.left,
  itemWidth: 28,
  itemStyle: { opacity: 0 },
  lineStyle: { width: 3 },
};

type Input = { option: (colors: Colors) => EChartsOption; title: string; subtitle: string; hasLegend: boolean };

/** Draw a chart on white, beneath its title, as PNG. */
export async function drawPicture({ option, title, subtitle, hasLegend }: Input): Promise<Blob> {
  const colors = readLightColors();
  const chart = init(document.createElement("div"), null, { renderer: "canvas", ...SIZE });
  try {
    const text = { color: colors.ink, fontFamily: colors.font };
    chart.setOption({
      ...option(colors),
      animation: false,
      title: {
        text: title,
        subtext: subtitle,
        left: MARGIN.left,
        top: 16,
        textStyle: { ...text, fontSize: 18 },
        subtextStyle: { ...text, color: colors.quiet, fontSize: 13 },
      },
      ...(hasLegend && {
        // Each as its line is drawn, dashes and all, without the symbol of a point.
        legend: { ...LEGEND, textStyle: text },
      }),
    });
    chart.setOption({ grid: { ...MARGIN, bottom: hasLegend ? MARGIN.bottom : MARGIN.left, containLabel: true } });
    const canvas = chart.renderToCanvas({ pixelRatio: PIXEL_RATIO, backgroundColor: colors.card });
    return await new Promise((resolve, reject) =>
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the browser made no image"))), "image/png"),
    );
  } finally {
    chart.dispose();
  }
}
