import type { EChartsOption } from "echarts";
import type { EChartsType } from "echarts/core";
import { useReducedMotion } from "@mantine/hooks";
import { useEffect, useRef, useState } from "react";
import { useI18n } from "../i18n/I18nProvider";
import classes from "./Chart.module.css";
import { useColors, type Colors } from "./colors";

type Props = {
  label: string;
  option: (colors: Colors) => EChartsOption;
  /** What is done with the place that somebody presses: its value, or its category's index, on either axis. */
  onPress?: (x: number, y: number) => void;
};

/** A chart drawn by ECharts, as wide as its container. `label` describes it to readers who do not see it. */
export function Chart({ label, option, onPress }: Props) {
  const { t } = useI18n();
  const container = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<EChartsType>();
  const [failed, setFailed] = useState(false);
  const colors = useColors();
  const reducedMotion = useReducedMotion();

  useEffect(() => {
    const element = container.current;
    if (!element) return;
    let instance: EChartsType | undefined;
    let isUnmounted = false;
    const resizeObserver = new ResizeObserver(() => instance?.resize());
    import("./echarts").then(
      ({ init }) => {
        if (isUnmounted) return;
        instance = init(element);
        resizeObserver.observe(element);
        setChart(instance);
      },
      () => setFailed(true),
    );
    return () => {
      isUnmounted = true;
      resizeObserver.disconnect();
      if (!instance) return;
      // A painting that takes several frames would go on after `dispose`, and fail. One of nothing replaces it.
      instance.getZr().clear();
      instance.getZr().refreshImmediately();
      instance.dispose();
    };
  }, []);

  useEffect(() => {
    if (!chart || chart.isDisposed()) return;
    chart.setOption({ ...option(colors), animation: !reducedMotion }, { notMerge: true });
  }, [chart, option, colors, reducedMotion]);

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
      <div ref={container} role="img" aria-label={t.charts.described(label)} className={classes.container} />
    </div>
  );
}
