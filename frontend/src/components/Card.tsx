import type { ReactNode } from "react";
import type { DefinedField } from "../i18n/definitions.es";
import { DefinitionPopover } from "./DefinitionPopover";
import classes from "./Card.module.css";

type Props = {
  title: string;
  /** The field of the schema whose description explains the card. */
  definition?: DefinedField;
  /** More that explains it. */
  about?: string | undefined;
  note?: ReactNode;
  controls?: ReactNode;
  area?: string;
  children: ReactNode;
};

/** A titled part of a page. */
export function Card({ title, definition, about, note, controls, area, children }: Props) {
  return (
    <section className={classes.card} aria-label={title} data-area={area}>
      <header className={classes.head}>
        <h2 className={classes.title}>
          {definition ? (
            <DefinitionPopover field={definition} name={title} about={about}>
              {title}
            </DefinitionPopover>
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
