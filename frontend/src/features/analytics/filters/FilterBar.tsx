import { ActionIcon, Button, CopyButton, Tooltip } from "@mantine/core";
import { IconCheck, IconLink, IconX } from "@tabler/icons-react";
import { useI18n } from "../../../i18n/I18nProvider";
import { DateFilter } from "./DateFilter";
import { FilterSelect } from "./FilterSelect";
import { FILTER_KINDS, toSearchParams, type Filters, type Names } from "./filters";
import type { ChangeFilters } from "./useFilters";
import classes from "./FilterBar.module.css";

type Props = {
  filters: Filters;
  /** The names of the chosen values. */
  names: Names;
  onChange: ChangeFilters;
};

const NO_IDS = { templates: [], accounts: [], departments: [], agents: [] };

/** The filters by days, templates, accounts, departments and agents. */
export function FilterBar({ filters, names, onChange }: Props) {
  const { t } = useI18n();
  const isFiltered = FILTER_KINDS.some((kind) => filters[kind].length > 0);
  return (
    <section aria-label={t.filters.label} className={`${classes.bar} no-print`}>
      <DateFilter filters={filters} onChange={onChange} />
      {FILTER_KINDS.map((kind) => (
        <FilterSelect
          key={kind}
          kind={kind}
          chosen={filters[kind]}
          names={names[kind]}
          onChange={(ids, history) => onChange({ [kind]: ids }, history)}
        />
      ))}
      <div className={classes.actions}>
        {isFiltered && (
          <Button
            variant="subtle"
            color="gray"
            size="sm"
            leftSection={<IconX size={16} />}
            onClick={() => onChange(NO_IDS)}
          >
            {t.filters.clear}
          </Button>
        )}
        <CopyButton value={`${location.origin}${location.pathname}?${toSearchParams(filters).toString()}`}>
          {({ copied, copy }) => (
            <Tooltip label={copied ? t.filters.shared : t.filters.share} opened={copied || undefined}>
              <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t.filters.share} onClick={copy}>
                {copied ? <IconCheck size={18} /> : <IconLink size={18} />}
              </ActionIcon>
            </Tooltip>
          )}
        </CopyButton>
      </div>
    </section>
  );
}
