import type { ReactNode } from "react";
import type { Shown } from "../i18n/definitions.es";
import { Defined } from "./DefinitionPopover";
import classes from "./Card.module.css";

type Props = {
  title: string;
  /** What of the schema says what it shows. */
  definition?: Shown;
  note?: ReactNode;
  controls?: ReactNode;
  area?: string;
  children: ReactNode;
};

/** A part of the view. */
export function Card({ title, definition, note, controls, area, children }: Props) {
  return (
    <section className={classes.card} aria-label={title} data-area={area}>
      <header className={classes.head}>
        <h2 className={classes.title}>
          {definition ? (
            <Defined of={definition} name={title}>
              {title}
            </Defined>
          ) : (
            title
          )}
        </h2>
        {note && <p className={classes.note}>{note}</p>}
        {controls && <div className={`${classes.controls} no-print`}>{controls}</div>}
      </header>
      {children}
    </section>
  );
}
