import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const css = readFileSync(new URL("../app/theme.css", import.meta.url), "utf8");
const [light = "", dark = ""] = css.split("@media not print");

const colorIn = (theme: string, name: string): string => new RegExp(`--${name}: (#\\w+);`).exec(theme)?.[1] ?? "";

/** Return the relative luminance of a color, as WCAG defines it. */
function luminance(hex: string): number {
  const digits = hex.length === 4 ? hex.slice(1).replace(/./g, "$&$&") : hex.slice(1);
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => {
    const channel = parseInt(digits.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(color: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(color), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

describe.each([
  ["light", light],
  ["dark", dark],
])("the steps' colors on %s cards", (_, theme) => {
  const steps = [1, 2, 3, 4, 5].map((step) => contrast(colorIn(theme, `step-${step}`), colorIn(theme, "card")));

  it("can be seen as thin lines", () => expect(Math.min(...steps)).toBeGreaterThan(3));

  it("stand out more from step to step, so that neighbors can be told apart", () => {
    for (const [index, step] of steps.slice(1).entries()) expect(step / (steps[index] ?? 0)).toBeGreaterThan(1.18);
  });
});
