import type { EChartsOption } from "echarts";
import type { EChartsType } from "echarts/core";
import { useReducedMotion } from "@mantine/hooks";
import { useEffect, useRef, useState } from "react";
import { useTexts } from "../i18n/I18nProvider";
import classes from "./Chart.module.css";
import { useColours, type Colours } from "./colors";

type Props = { label: string; option: (colours: Colours) => EChartsOption; tall?: boolean };

/** A picture drawn by ECharts, as wide as its place. `label` says what it shows to those who do not see it. */
export function Chart({ label, option, tall = false }: Props) {
  const { t } = useTexts();
  const place = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<EChartsType>();
  const [failed, setFailed] = useState(false);
  const colours = useColours();
  const still = useReducedMotion();

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    let made: EChartsType | undefined;
    let gone = false;
    const resized = new ResizeObserver(() => made?.resize());
    import("./echarts").then(
      ({ init }) => {
        if (gone) return;
        made = init(element);
        resized.observe(element);
        setChart(made);
      },
      () => setFailed(true),
    );
    return () => {
      gone = true;
      resized.disconnect();
      made?.dispose();
    };
  }, []);

  useEffect(() => {
    if (chart && !chart.isDisposed()) chart.setOption({ ...option(colours), animation: !still }, { notMerge: true });
  }, [chart, option, colours, still]);

  return (
    <div className={classes.chart} data-tall={tall || undefined} data-drawn={chart !== undefined || undefined}>
      {failed && <p role="alert">{t.charts.failed}</p>}
      <div ref={place} role="img" aria-label={t.charts.described(label)} className={classes.place} />
    </div>
  );
}
