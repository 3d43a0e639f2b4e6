import { useI18n } from "../../../../../i18n/I18nProvider";
import { ENTITIES, type FilterKind } from "../../../filters/filters";
import { FilterLink } from "../FilterLink";
import classes from "../PerformanceTable.module.css";

type Props = {
  kind: FilterKind;
  id: string;
  name: string;
  active?: boolean;
  detail?: string;
  email?: string | null;
};

/** A name that filters, with a detail beside it; an email is told on hover. */
export function NameCell({ kind, id, name, active = true, detail, email }: Props) {
  const { t } = useI18n();
  return (
    <span className={classes.name} title={email ?? undefined}>
      <FilterLink kind={kind} id={id}>
        {name}
      </FilterLink>
      {!active && <span className={classes.detail}> ({t.tables.deleted[ENTITIES[kind]]})</span>}
      {detail && <span className={classes.detail}> {detail}</span>}
    </span>
  );
}
