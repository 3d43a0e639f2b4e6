import { useComputedColorScheme } from "@mantine/core";
import { useMemo } from "react";
import { usePrinting } from "../hooks/usePrinting";

const NAMES = [
  "ink",
  "quiet",
  "line",
  "card",
  "raised",
  "accent",
  "bad",
  "step-1",
  "step-2",
  "step-3",
  "step-4",
  "step-5",
] as const;

/** The theme's colors as values: ECharts blends them, and does not know the stylesheet. */
export type Colors = Record<(typeof NAMES)[number], string> & { font: string; size: number };

const PAPER_FONT_SIZE = 11; // pixels

/** Return the colors of the current scheme; of the light one on paper. */
export function useColors(): Colors {
  const scheme = useComputedColorScheme("light", { getInitialValueInEffect: false });
  const isPrinting = usePrinting();
  return useMemo(() => {
    const colors = readColors(isPrinting ? "light" : scheme);
    return isPrinting ? { ...colors, size: PAPER_FONT_SIZE } : colors;
  }, [scheme, isPrinting]);
}

/** Return the colors of the light scheme, for images; the page keeps its own. */
export function readLightColors(): Colors {
  const { dataset } = document.documentElement;
  const shown = dataset.mantineColorScheme;
  const colors = readColors("light");
  dataset.mantineColorScheme = shown;
  return colors;
}

/** Read the colors from the stylesheet, after making it show `scheme`. */
function readColors(scheme: "light" | "dark"): Colors {
  document.documentElement.dataset.mantineColorScheme = scheme;
  const style = getComputedStyle(document.documentElement);
  const values = NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]);
  return {
    ...(Object.fromEntries(values) as Record<(typeof NAMES)[number], string>),
    font: style.getPropertyValue("--mantine-font-family"),
    size: (12 * parseFloat(style.fontSize)) / 16,
  };
}
