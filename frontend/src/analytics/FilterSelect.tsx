import { Checkbox, CloseButton, Combobox, Loader, useCombobox } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import type { Trouble } from "../api/trouble";
import { useViewer } from "../session/Viewer";
import { useTexts } from "../texts";
import { FilterButton } from "./FilterButton";
import type { Kind } from "./filters";
import classes from "./FilterBar.module.css";
import { useOptions, type Option } from "./useOptions";

type Props = { kind: Kind; chosen: string[]; known: Map<string, string>; onChange: (ids: string[]) => void };

/** A filter of several values, searched on the server among what the viewer may see. */
export function FilterSelect({ kind, chosen, known, onChange }: Props) {
  const { t, f } = useTexts();
  const { limits } = useViewer();
  const [search, setSearch] = useState("");
  const [asked] = useDebouncedValue(search, 200);
  const combobox = useCombobox({
    onDropdownClose: () => {
      combobox.resetSelectedOption();
      setSearch("");
    },
    onDropdownOpen: () => combobox.focusSearchInput(),
  });
  const nameless = chosen.some((id) => !known.has(id));
  const found = useOptions(kind, asked, combobox.dropdownOpened || nameless);
  const nameOf = (id: string) => known.get(id) ?? found.names.get(id) ?? id;
  const toggle = (id: string) =>
    onChange(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id].slice(0, limits.filterIds));
  const [only] = chosen;
  const value =
    only === undefined
      ? t.filters.all[kind]
      : chosen.length === 1
        ? nameOf(only)
        : t.filters.chosen[kind](f.count(chosen.length));

  return (
    <Combobox store={combobox} onOptionSubmit={toggle} position="bottom-start" width={280} shadow="md">
      <div className={classes.select}>
        <Combobox.Target targetType="button" withAriaAttributes={false}>
          <FilterButton
            label={t.filters[kind]}
            value={value}
            active={chosen.length > 0}
            aria-expanded={combobox.dropdownOpened}
            onClick={() => combobox.toggleDropdown()}
          />
        </Combobox.Target>
        {chosen.length > 0 && (
          <CloseButton
            size="sm"
            className={classes.clear}
            aria-label={t.filters.clearOne(t.filters[kind])}
            onClick={() => onChange([])}
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
        <Combobox.Options className={classes.options} aria-label={t.filters[kind]} aria-multiselectable>
          <Choices options={search ? found.options : withChosen(found.options, chosen, nameOf)} chosen={chosen} />
        </Combobox.Options>
        <Rest found={found} />
      </Combobox.Dropdown>
    </Combobox>
  );
}

/** What is chosen first, also when it is deleted and no longer offered. */
function withChosen(options: Option[], chosen: string[], nameOf: (id: string) => string): Option[] {
  return [...chosen.map((id) => ({ id, name: nameOf(id) })), ...options.filter(({ id }) => !chosen.includes(id))];
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
