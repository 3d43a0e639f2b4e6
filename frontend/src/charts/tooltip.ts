import classes from "./Chart.module.css";

export type TooltipLine = { color?: string; name: string; value: string; note?: string | undefined };

/** Build a tooltip, of lines and last sentences, of DOM elements: the service's policy admits no styles in HTML text. */
export function tooltipContent(title: string, lines: TooltipLine[], ...ends: (string | undefined)[]): HTMLElement {
  const box = document.createElement("div");
  box.className = classes.tooltip ?? "";
  if (lines.some(({ color }) => color)) box.dataset.colored = "";
  if (lines.some(({ note }) => note)) box.dataset.noted = "";
  append(box, "strong", title);
  for (const { color, name, value, note } of lines) {
    if (color) append(box, "i").style.background = color;
    append(box, "span", name);
    append(box, "b", value);
    if (note) append(box, "small", note);
  }
  for (const end of ends) if (end) append(box, "em", end);
  return box;
}

function append(parent: HTMLElement, tag: string, text = ""): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = text;
  parent.append(element);
  return element;
}
