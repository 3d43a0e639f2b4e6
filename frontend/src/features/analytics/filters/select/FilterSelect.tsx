import { Button, Checkbox, CloseButton, Combobox, Loader, useCombobox } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { useI18n } from "../../../../i18n/I18nProvider";
import { useViewer } from "../../../session/ViewerProvider";
import classes from "../FilterBar.module.css";
import { FilterButton } from "../FilterButton";
import type { FilterKind, Filters } from "../filters";
import type { ChangeFilters } from "../useFilters";
import { groupOptions, isEverything, type Option } from "./choice";
import { ModeSwitch } from "./ModeSwitch";
import { OptionGroups, OptionsFooter } from "./OptionGroups";
import { useChoice } from "./useChoice";
import { useAllOptions, useUsedOptions } from "./useOptions";

const SEARCH_DEBOUNCE = 200; // milliseconds

type Props = {
  kind: FilterKind;
  filters: Filters;
  /** The names of the chosen values. */
  names: Map<string, string>;
  onChange: ChangeFilters;
};

/** A filter by several values: those with messages under the other filters, and on demand all that the reader may see. */
export function FilterSelect({ kind, filters, names, onChange }: Props) {
  const { t, format } = useI18n();
  const { viewer, limits } = useViewer();
  const [search, setSearch] = useState("");
  const [debouncedSearch] = useDebouncedValue(search, SEARCH_DEBOUNCE);
  const [chosenOnOpening, setChosenOnOpening] = useState<Option[]>([]);
  const [isWhole, setIsWhole] = useState(false); // those without messages are listed too
  const { applied, choice, choose: chooseSoon, clear, begin, finish } = useChoice(kind, filters, onChange);
  const { ids, isExcluded } = choice;
  const combobox = useCombobox({
    onDropdownClose: () => {
      finish();
      combobox.resetSelectedOption();
      setSearch("");
      setIsWhole(false);
    },
    onDropdownOpen: () => {
      begin();
      setChosenOnOpening(applied.ids.map((id) => ({ id, name: nameOf(id) })));
      combobox.focusSearchInput();
    },
  });
  const isOpen = combobox.dropdownOpened;
  const used = useUsedOptions(kind, filters, isOpen);
  const needsAll = debouncedSearch !== "" || isWhole || used.error !== null;
  const all = useAllOptions(kind, debouncedSearch, isOpen && needsAll);
  const isPending = used.isPending || all.isPending || search !== debouncedSearch;
  const options = [...used.options, ...all.options];
  const nameOf = (id: string) =>
    names.get(id) ?? options.find((option) => option.id === id)?.name ?? t.filters.unknown[kind];
  const choose = (next: string[]) => {
    const isAll = !isExcluded && search === "" && isEverything(next, options, used.error ? all.total : used.total);
    chooseSoon({ ids: isAll ? [] : next.slice(0, limits.filterIds), isExcluded });
  };
  const toggle = (id: string) => choose(ids.includes(id) ? ids.filter((other) => other !== id) : [...ids, id]);
  const groups = groupOptions({ chosen: chosenOnOpening, used: used.options, all: all.options, search });
  const listed = groups.flatMap((group) => group.options);
  const everything =
    kind === "departments" && viewer.departments ? t.filters.own(viewer.departments.length) : t.filters.all[kind];
  const found = search ? listed.filter(({ id }) => !ids.includes(id)) : [];
  const unused = used.total - used.options.filter(({ isDeleted }) => !isDeleted).length;
  const [firstId] = ids;
  const few = ids.length > 1 ? t.filters.chosen[kind](format.count(ids.length)) : nameOf(firstId ?? "");
  const excepted = ids.length > 1 ? t.filters.notChosen(few) : t.filters.not(few);
  const value = firstId === undefined ? everything : isExcluded ? excepted : few;

  return (
    <Combobox store={combobox} onOptionSubmit={toggle} position="bottom-start" width={280} shadow="md">
      <div className={classes.select}>
        <Combobox.Target targetType="button" withAriaAttributes={false}>
          <FilterButton
            label={t.filters[kind]}
            value={value}
            active={ids.length > 0}
            aria-expanded={combobox.dropdownOpened}
            onClick={() => combobox.toggleDropdown()}
          />
        </Combobox.Target>
        {ids.length > 0 && (
          <CloseButton
            size="sm"
            className={classes.clear}
            aria-label={t.filters.clearOne(t.filters[kind])}
            onClick={clear}
          />
        )}
      </div>
      <Combobox.Dropdown>
        <ModeSwitch kind={kind} isExcluded={isExcluded} onChange={(isExcluded) => chooseSoon({ ids, isExcluded })} />
        <Combobox.Search
          value={search}
          maxLength={limits.searchLength}
          onChange={(event) => setSearch(event.currentTarget.value)}
          placeholder={t.filters.search}
          aria-label={`${t.filters[kind]}: ${t.filters.search}`}
          rightSection={isPending ? <Loader size={16} /> : null}
        />
        <div className={classes.whole}>
          <Button
            variant="subtle"
            size="compact-sm"
            aria-pressed={ids.length === 0}
            leftSection={<Checkbox.Indicator checked={ids.length === 0} size="xs" radius="xl" aria-hidden="true" />}
            onClick={() => choose([])}
          >
            {isExcluded ? t.filters.nothing[kind] : everything}
          </Button>
          {found.length > 1 && (
            <Button variant="subtle" size="compact-sm" onClick={() => choose([...ids, ...found.map(({ id }) => id)])}>
              {t.filters.chooseFound(format.count(found.length))}
            </Button>
          )}
        </div>
        <Combobox.Options
          tabIndex={0} // so that keys can scroll it
          className={classes.options}
          aria-label={t.filters[kind]}
          aria-multiselectable
        >
          <OptionGroups kind={kind} groups={groups} chosen={ids} isWhole={used.isWhole} />
        </Combobox.Options>
        <OptionsFooter
          kind={kind}
          error={all.error}
          isPending={isPending}
          isEmpty={listed.length === 0}
          unlisted={all.total - all.options.length}
          showAll={!needsAll && unused > 0 ? { count: unused, onClick: () => setIsWhole(true) } : undefined}
        />
      </Combobox.Dropdown>
    </Combobox>
  );
}
