import { useTexts } from "../../../i18n/I18nProvider";
import classes from "./Funnel.module.css";
import type { Step } from "./steps";

// Units of the drawing, which is stretched over the columns above it.
const COLUMN = 100;
const FLAT = 62; // of a column, before the band bends towards the next step
const HEIGHT = 100;
const THINNEST = 1.5; // what is counted must be seen

/** A band as thick as each step is large. */
export function FunnelPicture({ steps }: { steps: Step[] }) {
  const { t } = useTexts();
  const whole = steps[0]?.count ?? 0;
  const thickness = steps.map(({ count }) => (count > 0 ? Math.max((HEIGHT * count) / whole, THINNEST) : 0));
  return (
    <svg
      className={classes.picture}
      viewBox={`0 0 ${COLUMN * steps.length} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={t.funnel.picture}
    >
      {steps.map(({ name }, at) => (
        <path key={name} data-step={name} d={band(at, thickness[at] ?? 0, thickness[at + 1])} />
      ))}
    </svg>
  );
}

/** One step's part of the band, which ends as thick as the next one begins. */
function band(column: number, here: number, next: number | undefined): string {
  const [left, bend, right] = [column * COLUMN, column * COLUMN + FLAT, (column + 1) * COLUMN];
  const middle = (bend + right) / 2;
  const [top, bottom] = [(HEIGHT - here) / 2, (HEIGHT + here) / 2];
  if (next === undefined) return `M${left},${top} H${right} V${bottom} H${left} Z`;
  const [to, from] = [(HEIGHT - next) / 2, (HEIGHT + next) / 2];
  return (
    `M${left},${top} H${bend} C${middle},${top} ${middle},${to} ${right},${to} V${from} ` +
    `C${middle},${from} ${middle},${bottom} ${bend},${bottom} H${left} Z`
  );
}
