import { Button, Checkbox, CloseButton, Combobox, Loader, useCombobox } from "@mantine/core";
import { useDebouncedCallback, useDebouncedValue } from "@mantine/hooks";
import { useRef, useState } from "react";
import type { Trouble } from "../../../api/errors";
import { useViewer } from "../../session/ViewerProvider";
import { useTexts } from "../../../i18n/I18nProvider";
import { FilterButton } from "./FilterButton";
import type { Kind } from "./filters";
import classes from "./FilterBar.module.css";
import { useOptions, type Option } from "./useOptions";

const SOON = 400; // milliseconds: several choices in a row are one question

type Props = {
  kind: Kind;
  chosen: string[];
  known: Map<string, string>;
  onChange: (ids: string[], way: { replace: boolean }) => void;
};

/** A filter of several values, searched on the server among what the viewer may see. */
export function FilterSelect({ kind, chosen, known, onChange }: Props) {
  const { t, f } = useTexts();
  const { limits } = useViewer();
  const [search, setSearch] = useState("");
  const [asked] = useDebouncedValue(search, 200);
  const [draft, setDraft] = useState<string[]>(); // what is chosen and not yet asked for
  const [atOpening, setAtOpening] = useState<Option[]>([]);
  const entered = useRef(false); // whether this opening is in the history already
  const ids = draft ?? chosen;

  const apply = (next: string[]) => {
    setDraft(undefined);
    onChange([...next].sort(), { replace: entered.current });
    entered.current = true;
  };
  const applySoon = useDebouncedCallback(apply, { delay: SOON, flushOnUnmount: true });
  const combobox = useCombobox({
    onDropdownClose: () => {
      applySoon.flush();
      combobox.resetSelectedOption();
      setSearch("");
    },
    onDropdownOpen: () => {
      entered.current = false;
      setAtOpening(chosen.map((id) => ({ id, name: nameOf(id) })));
      combobox.focusSearchInput();
    },
  });
  const found = useOptions(kind, asked, combobox.dropdownOpened);
  const nameOf = (id: string) => known.get(id) ?? found.names.get(id) ?? id;
  const choose = (next: string[]) => {
    const few = next.slice(0, limits.filterIds);
    setDraft(few);
    applySoon(few);
  };
  const toggle = (id: string) => choose(ids.includes(id) ? ids.filter((one) => one !== id) : [...ids, id]);
  const offered = search ? found.options : withFirst(atOpening, found.options);
  const [only] = ids;
  const value =
    only === undefined
      ? t.filters.all[kind]
      : ids.length === 1
        ? nameOf(only)
        : t.filters.chosen[kind](f.count(ids.length));

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
              entered.current = false;
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
          rightSection={found.waiting ? <Loader size={16} /> : null}
        />
        <div className={classes.whole}>
          <Button
            variant="subtle"
            size="compact-xs"
            disabled={offered.length === 0}
            onClick={() => choose([...new Set([...ids, ...offered.map(({ id }) => id)])])}
          >
            {t.filters.all[kind]}
          </Button>
          <Button
            variant="subtle"
            color="gray"
            size="compact-xs"
            disabled={ids.length === 0}
            onClick={() => choose([])}
          >
            {t.filters.nothing[kind]}
          </Button>
        </div>
        <Combobox.Options className={classes.options} aria-label={t.filters[kind]} aria-multiselectable>
          <Choices options={offered} chosen={ids} />
        </Combobox.Options>
        <Rest found={found} />
      </Combobox.Dropdown>
    </Combobox>
  );
}

/** What was chosen on opening first, also when it is deleted and no longer offered. What is clicked keeps its place. */
function withFirst(first: Option[], options: Option[]): Option[] {
  const ids = new Set(first.map(({ id }) => id));
  return [...first, ...options.filter(({ id }) => !ids.has(id))];
}

function Choices({ options, chosen }: { options: Option[]; chosen: string[] }) {
  return options.map(({ id, name }) => (
    <Combobox.Option key={id} value={id} active={chosen.includes(id)} aria-selected={chosen.includes(id)}>
      <span className={classes.choice}>
        <Checkbox.Indicator checked={chosen.includes(id)} size="xs" aria-hidden="true" />
        <span>{name}</span>
      </span>
    </Combobox.Option>
  ));
}

function Rest({
  found,
}: {
  found: { options: Option[]; total: number; trouble: Trouble | undefined; waiting: boolean };
}) {
  const { t, f } = useTexts();
  if (found.trouble) return <Combobox.Empty role="alert">{t.states[found.trouble]}</Combobox.Empty>;
  if (found.waiting) return null;
  if (found.options.length === 0) return <Combobox.Empty>{t.filters.none}</Combobox.Empty>;
  const left = found.total - found.options.length;
  return left > 0 ? <Combobox.Footer fz="xs">{t.filters.more(f.count(left))}</Combobox.Footer> : null;
}
