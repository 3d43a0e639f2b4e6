import classes from "../charts/Chart.module.css";
import type { SeriesLine } from "./seriesOption";

const DASHES = { solid: undefined, dashed: "5 3", dotted: "1.5 2.5" };

/** Which line is which. */
export function SeriesLegend({ lines }: { lines: SeriesLine[] }) {
  return (
    <ul className={classes.legend}>
      {lines.map(({ name, colour, dash }) => (
        <li key={name}>
          <svg viewBox="0 0 24 10" aria-hidden="true">
            <path d="M0,5 H24" stroke={`var(--${colour})`} strokeWidth="3" strokeDasharray={DASHES[dash]} />
          </svg>
          {name}
        </li>
      ))}
    </ul>
  );
}
