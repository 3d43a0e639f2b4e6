import { useI18n } from "../../../i18n/I18nProvider";
import classes from "./Funnel.module.css";
import type { Step } from "./steps";

// Units of the drawing, which is stretched over the columns above it.
const COLUMN_WIDTH = 100;
const FLAT_WIDTH = 62; // of a column, before the band bends towards the next step
const HEIGHT = 100;
const MIN_THICKNESS = 1.5; // a step with few messages must still be visible

/** The funnel as a band, as thick at each step as that step has messages. */
export function FunnelShape({ steps }: { steps: Step[] }) {
  const { t } = useI18n();
  const total = steps[0]?.count ?? 0;
  const thickness = steps.map(({ count }) => (count > 0 ? Math.max((HEIGHT * count) / total, MIN_THICKNESS) : 0));
  return (
    <svg
      className={classes.shape}
      viewBox={`0 0 ${COLUMN_WIDTH * steps.length} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={t.funnel.picture}
    >
      {steps.map(({ name }, column) => (
        <path key={name} data-step={name} d={bandPath(column, thickness[column] ?? 0, thickness[column + 1])} />
      ))}
    </svg>
  );
}

/** Return the path of one step's part of the band, which ends as thick as the next one begins. */
function bandPath(column: number, thickness: number, nextThickness: number | undefined): string {
  const [left, right] = [column * COLUMN_WIDTH, (column + 1) * COLUMN_WIDTH];
  const bend = left + FLAT_WIDTH;
  const middle = (bend + right) / 2;
  const [top, bottom] = [(HEIGHT - thickness) / 2, (HEIGHT + thickness) / 2];
  if (nextThickness === undefined) return `M${left},${top} H${right} V${bottom} H${left} Z`;
  const [nextTop, nextBottom] = [(HEIGHT - nextThickness) / 2, (HEIGHT + nextThickness) / 2];
  return (
    `M${left},${top} H${bend} C${middle},${top} ${middle},${nextTop} ${right},${nextTop} V${nextBottom} ` +
    `C${middle},${nextBottom} ${middle},${bottom} ${bend},${bottom} H${left} Z`
  );
}
