import classes from "../../../charts/Chart.module.css";
import type { SeriesLine } from "./lines";

const DASHES = { solid: undefined, dashed: "5 3", dotted: "1.5 2.5" };

type Props = { lines: SeriesLine[]; shown: string[]; onToggle: (key: SeriesLine["key"]) => void };

/** The names of the lines; a click hides a line or shows it again. */
export function SeriesLegend({ lines, shown, onToggle }: Props) {
  return (
    <ul className={classes.legend}>
      {lines.map(({ key, name, color, dash }) => (
        <li key={key}>
          <button type="button" aria-pressed={shown.includes(key)} onClick={() => onToggle(key)}>
            <svg viewBox="0 0 24 10" aria-hidden="true">
              <path d="M0,5 H24" stroke={`var(--${color})`} strokeWidth="3" strokeDasharray={DASHES[dash]} />
            </svg>
            {name}
          </button>
        </li>
      ))}
    </ul>
  );
}
