import { SegmentedControl } from "@mantine/core";
import { useI18n } from "../../../../i18n/I18nProvider";
import classes from "../FilterBar.module.css";
import type { FilterKind } from "../filters";

type Props = { kind: FilterKind; isExcluded: boolean; onChange: (isExcluded: boolean) => void };

/** The switch between messages that have the chosen values, and those that do not. */
export function ModeSwitch({ kind, isExcluded, onChange }: Props) {
  const { t } = useI18n();
  return (
    <SegmentedControl
      size="xs"
      className={classes.mode ?? ""}
      aria-label={t.filters.modeOf(t.filters[kind])}
      value={isExcluded ? "isNot" : "is"}
      onChange={(value) => onChange(value === "isNot")}
      data={[
        { value: "is", label: t.filters.modes.is },
        { value: "isNot", label: t.filters.modes.isNot },
      ]}
    />
  );
}
