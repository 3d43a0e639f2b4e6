import type { EChartsOption } from "echarts";
import type { EChartsType } from "echarts/core";
import { useReducedMotion } from "@mantine/hooks";
import { useEffect, useRef, useState } from "react";
import { usePrinting } from "../hooks/usePrinting";
import { useI18n } from "../i18n/I18nProvider";
import classes from "./Chart.module.css";
import { followRangeChoice } from "./rangeChoice";
import { useColors, type Colors } from "./colors";

type Props = {
  label: string;
  option: (colors: Colors) => EChartsOption;
  /** Where categories can be chosen: what is done with the first and the last of them, of `count`. */
  range?: { count: number; onRange: (first: number, last: number) => void } | undefined;
  /** What is done with the place that somebody presses: its value, or its category's index, on either axis. */
  onPress?: ((x: number, y: number) => void) | undefined;
};

// Pixels, for a sheet between its margins; the stylesheet stretches the drawing to the paper that it comes to.
const PAPER = { width: 700, height: 210 };

/** A chart drawn by ECharts, as wide as its container. `label` describes it to readers who do not see it. */
export function Chart({ label, option, range, onPress }: Props) {
  const { t } = useI18n();
  const container = useRef<HTMLDivElement>(null);
  const shade = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<EChartsType>();
  const [failed, setFailed] = useState(false);
  const colors = useColors();
  const reducedMotion = useReducedMotion();
  const isPrinting = usePrinting();

  useEffect(() => {
    const element = container.current;
    if (!element) return;
    let instance: EChartsType | undefined;
    let isUnmounted = false;
    import("./echarts").then(
      ({ init }) => {
        if (isUnmounted) return;
        instance = init(element);
        setChart(instance);
      },
      () => setFailed(true),
    );
    return () => {
      isUnmounted = true;
      instance?.dispose();
    };
  }, []);

  useEffect(() => {
    if (!chart || chart.isDisposed()) return;
    chart.setOption({ ...option(colors), animation: !reducedMotion && !isPrinting }, { notMerge: true });
  }, [chart, option, colors, reducedMotion, isPrinting]);

  useEffect(() => {
    const element = container.current;
    if (!chart || chart.isDisposed() || !element) return;
    if (isPrinting) return drawForPaper(chart, element);
    const resizeObserver = new ResizeObserver(() => chart.resize());
    resizeObserver.observe(element);
    return () => resizeObserver.disconnect();
  }, [chart, isPrinting]);

  useEffect(() => {
    if (!chart || !range || !container.current || !shade.current) return;
    return followRangeChoice({ chart, element: container.current, shade: shade.current, ...range });
  }, [chart, range]);

  useEffect(() => {
    if (!chart || chart.isDisposed() || !onPress) return;
    const renderer = chart.getZr();
    const press = ({ offsetX, offsetY }: { offsetX: number; offsetY: number }) => {
      const place = [offsetX, offsetY];
      if (!chart.containPixel("grid", place)) return;
      const [x = 0, y = 0] = chart.convertFromPixel("grid", place);
      onPress(x, y);
    };
    renderer.on("click", press);
    return () => renderer.off("click", press);
  }, [chart, onPress]);

  return (
    <div className={classes.chart} data-drawn={chart !== undefined || undefined}>
      {failed && <p role="alert">{t.charts.failed}</p>}
      <div
        ref={container}
        role="img"
        aria-label={t.charts.described(label)}
        className={classes.container}
        data-range={Boolean(range) || undefined}
      />
      <div ref={shade} className={classes.shade} hidden />
    </div>
  );
}

/** Draw a chart at once, so that it can be stretched to a sheet. Returns the function that ends it. */
function drawForPaper(chart: EChartsType, element: HTMLElement): () => void {
  chart.resize(PAPER);
  chart.getZr().flush(); // the browser takes the page before the next frame
  const drawing = element.querySelector("svg");
  drawing?.setAttribute("viewBox", `0 0 ${PAPER.width} ${PAPER.height}`);
  return () => {
    drawing?.removeAttribute("viewBox");
    if (!chart.isDisposed()) chart.resize({ width: "auto", height: "auto" });
  };
}
