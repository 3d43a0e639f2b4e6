import { ActionIcon, Button } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import { IconCheck, IconLink } from "@tabler/icons-react";
import { ActionList } from "../../../components/ActionList";
import { useParameters } from "../../../hooks/useParameters";
import { useI18n } from "../../../i18n/I18nProvider";
import { toSearchParams, type Filters } from "./filters";

/** The button that copies a link to the view; of days that move with the calendar, it asks whether they shall. */
export function ShareLink({ filters, hasLabel = false }: { filters: Filters; hasLabel?: boolean }) {
  const { t } = useI18n();
  const search = useParameters();
  const { copied, copy } = useClipboard();
  const { period } = filters;
  const share = (shared: Filters) => {
    const parameters = toSearchParams(shared, search);
    parameters.delete("messages"); // a list that is open is no part of the view
    copy(`${location.origin}${location.pathname}?${parameters.toString()}`);
  };
  const label = copied ? t.filters.shared : t.filters.share;
  const Icon = copied ? IconCheck : IconLink;
  const button = (onClick: () => void) =>
    hasLabel ? (
      <Button variant="subtle" color="gray" leftSection={<Icon size={18} stroke={1.6} />} onClick={onClick}>
        {label}
      </Button>
    ) : (
      <ActionIcon variant="subtle" color="gray" size="lg" title={label} aria-label={label} onClick={onClick}>
        <Icon size={18} />
      </ActionIcon>
    );
  const fixed = () => share({ ...filters, period: null });
  if (!period) return button(fixed);
  const actions = [
    { label: t.filters.shareFixed, onClick: fixed },
    { label: t.filters.shareMoving(t.filters.periods[period]), onClick: () => share(filters) },
  ];
  return (
    <ActionList label={t.filters.share} actions={actions} closes>
      {button}
    </ActionList>
  );
}
