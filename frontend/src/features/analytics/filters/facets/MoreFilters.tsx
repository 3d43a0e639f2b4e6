import { ActionIcon, Button, CloseButton, Popover, Stack } from "@mantine/core";
import { IconFilterPlus } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { facetWords } from "../../../../i18n/words/facetWords";
import { useI18n } from "../../../../i18n/I18nProvider";
import classes from "../FilterBar.module.css";
import { FilterButton } from "../FilterButton";
import { CATEGORIES, FACETS, type Facet, type Filters } from "../filters";
import type { ChangeFilters } from "../useFilters";
import { FacetChoice } from "./FacetChoice";
import { useCategories, useLanguages } from "./useFacet";

type Props = { filters: Filters; onChange: ChangeFilters; isNarrow: boolean };

/** The filters that are used seldom, behind one button: by category and language. Those in use are chips before it. */
export function MoreFilters({ filters, onChange, isNarrow }: Props) {
  const { t, format } = useI18n();
  const [isOpen, setIsOpen] = useState(false);
  const isInHistory = useRef(false); // all changes until it closes are one step back
  const open = (opens: boolean) => {
    isInHistory.current = false;
    setIsOpen(opens);
  };
  const change = (changes: Partial<Filters>) => {
    onChange(changes, { replace: isInHistory.current });
    isInHistory.current = true;
  };
  const button = { "aria-label": t.filters.more, "aria-expanded": isOpen, onClick: () => open(!isOpen) };
  return (
    <>
      {FACETS.filter((facet) => filters[facet].length > 0).map((facet) => (
        <div key={facet} className={classes.select}>
          <FilterButton
            label={t.filters[facet]}
            value={format.list(filters[facet].map((value) => facetWords(t, format, facet, value)))}
            active
            aria-expanded={isOpen}
            onClick={() => open(!isOpen)}
          />
          <CloseButton
            size="sm"
            className={classes.clear}
            aria-label={t.filters.clearOne(t.filters[facet])}
            onClick={() => onChange({ [facet]: [] })}
          />
        </div>
      ))}
      <Popover
        opened={isOpen}
        onChange={open}
        position="bottom-start"
        width="min(24rem, calc(100vw - 2rem))"
        shadow="md"
        trapFocus
        returnFocus
      >
        <Popover.Target>
          {isNarrow ? (
            <Button variant="subtle" color="gray" leftSection={<IconFilterPlus size={18} stroke={1.6} />} {...button}>
              {t.filters.more}
            </Button>
          ) : (
            <ActionIcon
              variant="subtle"
              color="gray"
              size="lg"
              className={classes.plus}
              title={t.filters.more}
              {...button}
            >
              <IconFilterPlus size={18} stroke={1.6} />
            </ActionIcon>
          )}
        </Popover.Target>
        <Popover.Dropdown aria-label={t.filters.more}>
          {isOpen && <Facets filters={filters} onChange={change} />}
        </Popover.Dropdown>
      </Popover>
    </>
  );
}

type FacetsProps = { filters: Filters; onChange: (changes: Partial<Filters>) => void };

function Facets({ filters, onChange }: FacetsProps) {
  const options = { categories: useCategories(filters), languages: useLanguages(filters) };
  const choose = (facet: Facet, chosen: string[]) =>
    facet === "categories"
      ? onChange({ categories: CATEGORIES.filter((category) => chosen.includes(category)) })
      : onChange({ languages: [...chosen].sort() });
  return (
    <Stack gap="md">
      {FACETS.map((facet) => (
        <FacetChoice
          key={facet}
          facet={facet}
          options={options[facet]}
          chosen={filters[facet]}
          onChange={(chosen) => choose(facet, chosen)}
        />
      ))}
    </Stack>
  );
}
