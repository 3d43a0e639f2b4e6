import classes from "./PerformanceTable.module.css";

/** Names in one line, as far as there is room. */
export function NameList({ names }: { names: string[] }) {
  const text = names.join(", ");
  return (
    <span className={classes.list} title={text}>
      {text}
    </span>
  );
}
