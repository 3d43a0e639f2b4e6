import { ActionIcon, Menu, Tooltip } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import { IconCheck, IconLink } from "@tabler/icons-react";
import { useParameters } from "../../../hooks/useParameters";
import { useI18n } from "../../../i18n/I18nProvider";
import { toSearchParams, type Filters } from "./filters";

/** The button that copies a link to the view; of days that move with the calendar, it asks whether they shall. */
export function ShareLink({ filters }: { filters: Filters }) {
  const { t } = useI18n();
  const search = useParameters();
  const { copied, copy } = useClipboard();
  const { period } = filters;
  const share = (shared: Filters) => {
    const parameters = toSearchParams(shared, search);
    parameters.delete("messages"); // a list that is open is no part of the view
    copy(`${location.origin}${location.pathname}?${parameters.toString()}`);
  };
  const button = (onClick?: () => void) => (
    <Tooltip label={copied ? t.filters.shared : t.filters.share} opened={copied || undefined}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={copied ? t.filters.shared : t.filters.share}
        onClick={onClick}
      >
        {copied ? <IconCheck size={18} /> : <IconLink size={18} />}
      </ActionIcon>
    </Tooltip>
  );
  const fixed = () => share({ ...filters, period: null });
  if (!period) return button(fixed);
  return (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target>{button()}</Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={fixed}>{t.filters.shareFixed}</Menu.Item>
        <Menu.Item onClick={() => share(filters)}>{t.filters.shareMoving(t.filters.periods[period])}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
