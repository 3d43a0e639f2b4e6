import { ActionIcon, Button, CopyButton, Tooltip } from "@mantine/core";
import { IconCheck, IconLink, IconX } from "@tabler/icons-react";
import { useTexts } from "../../../i18n/I18nProvider";
import { DateFilter } from "./DateFilter";
import { FilterSelect } from "./FilterSelect";
import { KINDS, toAddress, type Filters, type Names } from "./filters";
import type { Change } from "./useFilters";
import classes from "./FilterBar.module.css";

type Props = {
  filters: Filters;
  /** The names of what is chosen. */
  known: Names;
  change: Change;
};

const NONE = { templates: [], accounts: [], departments: [], agents: [] };

/** Which messages: dates, templates, accounts, departments, agents. */
export function FilterBar({ filters, known, change }: Props) {
  const { t } = useTexts();
  const filtered = KINDS.some((kind) => filters[kind].length > 0);
  return (
    <section aria-label={t.filters.label} className={`${classes.bar} no-print`}>
      <DateFilter filters={filters} onChange={change} />
      {KINDS.map((kind) => (
        <FilterSelect
          key={kind}
          kind={kind}
          chosen={filters[kind]}
          known={known[kind]}
          onChange={(ids, way) => change({ [kind]: ids }, way)}
        />
      ))}
      <div className={classes.actions}>
        {filtered && (
          <Button
            variant="subtle"
            color="gray"
            size="sm"
            leftSection={<IconX size={16} />}
            onClick={() => change(NONE)}
          >
            {t.filters.clear}
          </Button>
        )}
        <CopyButton value={`${location.origin}${location.pathname}?${toAddress(filters).toString()}`}>
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
