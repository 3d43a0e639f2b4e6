import type { EChartsOption } from "echarts";
import classes from "./Chart.module.css";
import type { Colours } from "./colors";

export type Line = { colour?: string; name: string; value: string };

/** A tooltip's content, as elements: the service's policy admits no styles in HTML text. */
export function content(title: string, lines: Line[]): HTMLElement {
  const box = document.createElement("div");
  box.className = classes.tooltip ?? "";
  if (lines.some(({ colour }) => colour)) box.dataset.coloured = "";
  add(box, "strong", title);
  for (const { colour, name, value } of lines) {
    if (colour) add(box, "i").style.background = colour;
    add(box, "span", name);
    add(box, "b", value);
  }
  return box;
}

function add(parent: HTMLElement, tag: string, text = ""): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = text;
  parent.append(element);
  return element;
}

/** What all our charts look like. */
export function look(colours: Colours) {
  const label = { color: colours.quiet, fontFamily: colours.font, fontSize: colours.size };
  return {
    label,
    tooltip: {
      confine: true,
      backgroundColor: colours.card,
      borderColor: colours.line,
      extraCssText: "box-shadow: 0 4px 16px rgb(0 0 0 / 12%)",
      transitionDuration: 0.1,
    },
    grid: { left: 0, right: 8, top: 12, bottom: 6, containLabel: true },
    category: { axisLabel: label, axisTick: { show: false }, axisLine: { lineStyle: { color: colours.line } } },
    value: { axisLabel: label, splitLine: { lineStyle: { color: colours.line } } },
  } satisfies Record<string, unknown> & { grid: EChartsOption["grid"] };
}
