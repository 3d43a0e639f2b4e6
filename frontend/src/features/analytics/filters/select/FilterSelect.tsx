import { Button, Checkbox, CloseButton, Combobox, Loader, useCombobox } from "@mantine/core";
import { useDebouncedCallback, useDebouncedValue } from "@mantine/hooks";
import { useRef, useState } from "react";
import { useI18n } from "../../../../i18n/I18nProvider";
import { useViewer } from "../../../session/ViewerProvider";
import classes from "../FilterBar.module.css";
import { isEverything, withFirst, type Option } from "./choice";
import { FilterButton } from "../FilterButton";
import type { FilterKind } from "../filters";
import { useOptions } from "./useOptions";

const APPLY_DEBOUNCE = 400; // milliseconds: several choices in a row are one request
const SEARCH_DEBOUNCE = 200; // milliseconds

type Props = {
  kind: FilterKind;
  chosen: string[];
  /** The names of the chosen values. */
  names: Map<string, string>;
  onChange: (ids: string[], history: { replace: boolean }) => void;
};

/** A filter by several values, which the API searches among those that the reader may see. */
export function FilterSelect({ kind, chosen, names, onChange }: Props) {
  const { t, format } = useI18n();
  const { viewer, limits } = useViewer();
  const [search, setSearch] = useState("");
  const [debouncedSearch] = useDebouncedValue(search, SEARCH_DEBOUNCE);
  const [draft, setDraft] = useState<string[]>(); // the choice that is not applied yet
  const [chosenOnOpening, setChosenOnOpening] = useState<Option[]>([]);
  const isInHistory = useRef(false); // all changes until the dropdown closes are one step back
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
    },
    onDropdownOpen: () => {
      isInHistory.current = false;
      setChosenOnOpening(chosen.map((id) => ({ id, name: nameOf(id) })));
      combobox.focusSearchInput();
    },
  });
  const searchResult = useOptions(kind, debouncedSearch, combobox.dropdownOpened);
  const nameOf = (id: string) => names.get(id) ?? searchResult.names.get(id) ?? t.filters.unknown[kind];
  const choose = (next: string[]) => {
    const isAll = search === "" && isEverything(next, searchResult.options, searchResult.total);
    const allowed = isAll ? [] : next.slice(0, limits.filterIds);
    setDraft(allowed);
    applySoon(allowed);
  };
  const toggle = (id: string) => choose(ids.includes(id) ? ids.filter((other) => other !== id) : [...ids, id]);
  const offered = search ? searchResult.options : withFirst(chosenOnOpening, searchResult.options);
  const all =
    kind === "departments" && viewer.departments ? t.filters.own(viewer.departments.length) : t.filters.all[kind];
  const found = search ? searchResult.options.filter(({ id }) => !ids.includes(id)) : [];
  const [firstId] = ids;
  const value =
    firstId === undefined ? all : ids.length === 1 ? nameOf(firstId) : t.filters.chosen[kind](format.count(ids.length));

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
          rightSection={searchResult.isPending ? <Loader size={16} /> : null}
        />
        <div className={classes.whole}>
          <Button
            variant="subtle"
            size="compact-sm"
            aria-pressed={ids.length === 0}
            leftSection={<Checkbox.Indicator checked={ids.length === 0} size="xs" radius="xl" aria-hidden="true" />}
            onClick={() => choose([])}
          >
            {all}
          </Button>
          {found.length > 1 && (
            <Button variant="subtle" size="compact-sm" onClick={() => choose([...ids, ...found.map(({ id }) => id)])}>
              {t.filters.chooseFound(format.count(found.length))}
            </Button>
          )}
        </div>
        <Combobox.Options className={classes.options} aria-label={t.filters[kind]} aria-multiselectable>
          <OptionList options={offered} chosen={ids} />
        </Combobox.Options>
        <DropdownFooter result={searchResult} />
      </Combobox.Dropdown>
    </Combobox>
  );
}

function OptionList({ options, chosen }: { options: Option[]; chosen: string[] }) {
  return options.map(({ id, name }) => (
    <Combobox.Option key={id} value={id} active={chosen.includes(id)} aria-selected={chosen.includes(id)}>
      <span className={classes.choice}>
        <Checkbox.Indicator checked={chosen.includes(id)} size="xs" aria-hidden="true" />
        <span>{name}</span>
      </span>
    </Combobox.Option>
  ));
}

/** A line beneath the options: an error, that nothing matches, or the number of options that are not listed. */
function DropdownFooter({ result }: { result: ReturnType<typeof useOptions> }) {
  const { t, format } = useI18n();
  if (result.error) return <Combobox.Empty role="alert">{t.states[result.error.kind]}</Combobox.Empty>;
  if (result.isPending) return null;
  if (result.options.length === 0) return <Combobox.Empty>{t.filters.none}</Combobox.Empty>;
  const rest = result.total - result.options.length;
  return rest > 0 ? <Combobox.Footer fz="xs">{t.filters.more(format.count(rest))}</Combobox.Footer> : null;
}
