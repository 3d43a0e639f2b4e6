import { Button, Checkbox, Combobox, VisuallyHidden } from "@mantine/core";
import type { ApiError } from "../../../../api/errors";
import { useI18n } from "../../../../i18n/I18nProvider";
import classes from "../FilterBar.module.css";
import { ENTITIES, type FilterKind } from "../filters";
import type { Group } from "./choice";

type Props = {
  kind: FilterKind;
  groups: Group[];
  chosen: string[];
  /** True where the options with messages are all listed: the others have none. */
  isWhole: boolean;
};

/** The options of a filter, those with messages before the others. */
export function OptionGroups({ kind, groups, chosen, isWhole }: Props) {
  const { t, format } = useI18n();
  const labels = {
    chosen: undefined,
    used: undefined,
    deleted: t.filters.deleted[kind],
    others: isWhole ? t.filters.unused : t.filters.others,
  };
  return groups.map(({ name: group, options }) => (
    <Combobox.Group key={group} label={labels[group]}>
      {options.map(({ id, name, messages, isDeleted }) => (
        <Combobox.Option key={id} value={id} active={chosen.includes(id)} aria-selected={chosen.includes(id)}>
          <span className={classes.choice}>
            <Checkbox.Indicator checked={chosen.includes(id)} size="xs" aria-hidden="true" />
            <span>
              {name}
              {isDeleted && <span className={classes.label}> ({t.tables.deleted[ENTITIES[kind]]})</span>}
            </span>
            {messages !== undefined && (
              <span className={classes.messages}>
                {format.count(messages)}
                <VisuallyHidden> {t.funnel.noun(messages)}</VisuallyHidden>
              </span>
            )}
          </span>
        </Combobox.Option>
      ))}
    </Combobox.Group>
  ));
}

type FooterProps = {
  kind: FilterKind;
  error: ApiError | null;
  isPending: boolean;
  isEmpty: boolean;
  /** Options that are found by typing only. */
  unlisted: number;
  /** Absent where all are listed. */
  showAll: { count: number; onClick: () => void } | undefined;
};

/** A line beneath the options: an error, that nothing matches, or the way to those that are not listed. */
export function OptionsFooter({ kind, error, isPending, isEmpty, unlisted, showAll }: FooterProps) {
  const { t, format } = useI18n();
  if (error) return <Combobox.Empty role="alert">{t.states[error.kind]}</Combobox.Empty>;
  if (isPending) return null;
  if (showAll)
    return (
      <Combobox.Footer>
        {isEmpty && <p className={classes.unused}>{t.filters.unused}</p>}
        <Button variant="subtle" size="compact-sm" onClick={showAll.onClick}>
          {t.filters.showAll[kind](format.count(showAll.count))}
        </Button>
      </Combobox.Footer>
    );
  if (isEmpty) return <Combobox.Empty>{t.filters.none}</Combobox.Empty>;
  return unlisted > 0 ? <Combobox.Footer fz="xs">{t.filters.unlisted(format.count(unlisted))}</Combobox.Footer> : null;
}
