import classes from "../../../charts/Chart.module.css";
import type { SeriesLine } from "./lines";

const DASHES = { solid: undefined, dashed: "5 3", dotted: "1.5 2.5" };

type Item = Pick<SeriesLine, "name" | "color" | "dash"> & { isShown: boolean };

type Props = {
  lines: SeriesLine[];
  shown: string[];
  onToggle: (key: SeriesLine["key"]) => void;
  /** The line of the earlier period, where there is one. */
  earlier: Omit<Item, "dash"> | undefined;
  onToggleEarlier: () => void;
};

/** The names of the lines; a click hides a line or shows it again. */
export function SeriesLegend({ lines, shown, onToggle, earlier, onToggleEarlier }: Props) {
  return (
    <ul className={classes.legend}>
      {lines.map(({ key, ...line }) => (
        <LegendItem key={key} {...line} isShown={shown.includes(key)} onClick={() => onToggle(key)} />
      ))}
      {earlier && <LegendItem {...earlier} dash="dashed" onClick={onToggleEarlier} />}
    </ul>
  );
}

function LegendItem({ name, color, dash, isShown, onClick }: Item & { onClick: () => void }) {
  return (
    <li>
      <button type="button" aria-pressed={isShown} onClick={onClick}>
        <svg viewBox="0 0 24 10" aria-hidden="true">
          <path d="M0,5 H24" stroke={`var(--${color})`} strokeWidth="3" strokeDasharray={DASHES[dash]} />
        </svg>
        {name}
      </button>
    </li>
  );
}
