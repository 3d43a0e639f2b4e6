import classes from "../../../charts/Chart.module.css";
import type { SeriesLine } from "./lines";

const DASHES = { solid: undefined, dashed: "5 3", dotted: "1.5 2.5" };

/** The key of the earlier period, which is no line of its own. */
export const EARLIER = "earlier";

type Props = {
  lines: SeriesLine[];
  /** The earlier period as the chart draws it, where there is one. */
  earlier: Pick<SeriesLine, "name" | "color"> | undefined;
  hidden: string[];
  onToggle: (key: SeriesLine["key"] | typeof EARLIER) => void;
};

/** The names of the lines; a click hides a line or shows it again. */
export function SeriesLegend({ lines, earlier, hidden, onToggle }: Props) {
  const items = [...lines, ...(earlier ? [{ ...earlier, key: EARLIER, dash: "dashed" } as const] : [])];
  return (
    <ul className={classes.legend}>
      {items.map(({ key, name, color, dash }) => (
        <li key={key}>
          <button type="button" aria-pressed={!hidden.includes(key)} onClick={() => onToggle(key)}>
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
