import type { EChartsType } from "echarts/core";

const MIN_DRAG = 4; // pixels; less is a click

type Choice = {
  chart: EChartsType;
  /** Around the drawing. */
  element: HTMLElement;
  /** Shown over the range while it is dragged. */
  shade: HTMLElement;
  count: number;
  onRange: (first: number, last: number) => void;
};

/**
 * Let readers choose some of a chart's categories with a mouse: one by a click, several by dragging over them.
 *
 * A finger scrolls and asks for tooltips, so it chooses nothing. Returns the function that ends it.
 */
export function followRangeChoice({ chart, element, shade, count, onRange }: Choice): () => void {
  let start: number | undefined;
  const placeOf = (event: PointerEvent) => event.clientX - element.getBoundingClientRect().left;
  const indexAt = (x: number) =>
    Math.min(Math.max(Math.round(chart.convertFromPixel({ xAxisIndex: 0 }, x)), 0), count - 1);

  const begin = (event: PointerEvent) => {
    if (event.pointerType !== "mouse" || event.button !== 0) return;
    const box = element.getBoundingClientRect();
    if (chart.containPixel("grid", [event.clientX - box.left, event.clientY - box.top])) start = placeOf(event);
  };
  const move = (event: PointerEvent) => {
    if (start === undefined) return;
    const x = placeOf(event);
    shade.hidden = Math.abs(x - start) < MIN_DRAG;
    shade.style.left = `${Math.min(x, start)}px`;
    shade.style.width = `${Math.abs(x - start)}px`;
  };
  const end = (event: PointerEvent) => {
    if (start === undefined) return;
    const [first, last] = [indexAt(start), indexAt(placeOf(event))];
    start = undefined;
    shade.hidden = true;
    onRange(Math.min(first, last), Math.max(first, last));
  };
  element.addEventListener("pointerdown", begin);
  window.addEventListener("pointermove", move);
  window.addEventListener("pointerup", end);
  return () => {
    element.removeEventListener("pointerdown", begin);
    window.removeEventListener("pointermove", move);
    window.removeEventListener("pointerup", end);
  };
}
