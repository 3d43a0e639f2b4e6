import { Button, Checkbox, CloseButton, Combobox, Loader, useCombobox } from "@mantine/core";
import { useDebouncedCallback, useDebouncedValue } from "@mantine/hooks";
import { useRef, useState } from "react";
import { useI18n } from "../../../../i18n/I18nProvider";
import { useViewer } from "../../../session/ViewerProvider";
import classes from "../FilterBar.module.css";
import { FilterButton } from "../FilterButton";
import type { FilterKind, Filters } from "../filters";
import { groupOptions, isEverything, type Option } from "./choice";
import { OptionGroups, OptionsFooter } from "./OptionGroups";
import { useAllOptions, useUsedOptions } from "./useOptions";

const APPLY_DEBOUNCE = 400; // milliseconds: several choices in a row are one request
const SEARCH_DEBOUNCE = 200; // milliseconds

type Props = {
  kind: FilterKind;
  filters: Filters;
  /** The names of the chosen values. */
  names: Map<string, string>;
  onChange: (ids: string[], history: { replace: boolean }) => void;
};

/** A filter by several values: those with messages under the other filters, and on demand all that the reader may see. */
export function FilterSelect({ kind, filters, names, onChange }: Props) {
  const { t, format } = useI18n();
  const { viewer, limits } = useViewer();
  const [search, setSearch] = useState("");
  const [debouncedSearch] = useDebouncedValue(search, SEARCH_DEBOUNCE);
  const [draft, setDraft] = useState<string[]>(); // the choice that is not applied yet
  const [chosenOnOpening, setChosenOnOpening] = useState<Option[]>([]);
  const isInHistory = useRef(false); // all changes until the dropdown closes are one step back
  const [isWhole, setIsWhole] = useState(false); // those without messages are listed too
  const chosen = filters[kind];
  const ids = draft ?? chosen;

  const apply = (next: string[]) => {
    setDraft(undefined);
    onChange([...next].sort(), { replace: isInHistory.current });
    isInHistory.current = true;
  };
  const applySoon = useDebouncedCallback(apply, { delay: APPLY_DEBOUNCE, flushOnUnmount: true });
  const combobox = useCombobox({
    onDropdownClose: () => {
      applySoon.flush();
      combobox.resetSelectedOption();
      setSearch("");
      setIsWhole(false);
    },
    onDropdownOpen: () => {
      isInHistory.current = false;
      setChosenOnOpening(chosen.map((id) => ({ id, name: nameOf(id) })));
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
    const isAll = search === "" && isEverything(next, options, used.error ? all.total : used.total);
    const allowed = isAll ? [] : next.slice(0, limits.filterIds);
    setDraft(allowed);
    applySoon(allowed);
  };
  const toggle = (id: string) => choose(ids.includes(id) ? ids.filter((other) => other !== id) : [...ids, id]);
  const groups = groupOptions({ chosen: chosenOnOpening, used: used.options, all: all.options, search });
  const listed = groups.flatMap((group) => group.options);
  const everything =
    kind === "departments" && viewer.departments ? t.filters.own(viewer.departments.length) : t.filters.all[kind];
  const found = search ? listed.filter(({ id }) => !ids.includes(id)) : [];
  const unused = used.total - used.options.filter(({ isDeleted }) => !isDeleted).length;
  const [firstId] = ids;
  const value =
    firstId === undefined
      ? everything
      : ids.length === 1
        ? nameOf(firstId)
        : t.filters.chosen[kind](format.count(ids.length));

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
            onClick={() => {
              applySoon.cancel();
              isInHistory.current = false;
              apply([]);
            }}
          />
        )}
      </div>
      <Combobox.Dropdown>
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
            {everything}
          </Button>
          {found.length > 1 && (
            <Button variant="subtle" size="compact-sm" onClick={() => choose([...ids, ...found.map(({ id }) => id)])}>
              {t.filters.chooseFound(format.count(found.length))}
            </Button>
          )}
        </div>
        <Combobox.Options className={classes.options} aria-label={t.filters[kind]} aria-multiselectable>
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
