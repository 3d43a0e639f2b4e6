import classes from "../../../charts/Chart.module.css";
import type { SeriesLine } from "./seriesOption";

const DASHES = { solid: undefined, dashed: "5 3", dotted: "1.5 2.5" };

type Props = { lines: SeriesLine[]; hidden: string[]; toggle: (key: SeriesLine["key"]) => void };

/** Which line is which; a click hides one or shows it again. */
export function SeriesLegend({ lines, hidden, toggle }: Props) {
  return (
    <ul className={classes.legend}>
      {lines.map(({ key, name, colour, dash }) => (
        <li key={key}>
          <button type="button" aria-pressed={!hidden.includes(key)} onClick={() => toggle(key)}>
            <svg viewBox="0 0 24 10" aria-hidden="true">
              <path d="M0,5 H24" stroke={`var(--${colour})`} strokeWidth="3" strokeDasharray={DASHES[dash]} />
            </svg>
            {name}
          </button>
        </li>
      ))}
    </ul>
  );
}
