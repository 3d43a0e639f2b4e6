import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { IconFileDownload, IconRefresh } from "@tabler/icons-react";
import { useI18n } from "../../i18n/I18nProvider";
import classes from "./AnalyticsPage.module.css";

type Props = {
  isLoading: boolean;
  canRefresh: boolean;
  canExport: boolean;
  onRefresh: () => void;
  onExport: () => void;
  /** Icons only, for where there is little room. */
  isCompact?: boolean;
};

/** The buttons that load the view anew and export it. */
export function ViewActions({ isLoading, canRefresh, canExport, onRefresh, onExport, isCompact = false }: Props) {
  const { t } = useI18n();
  return (
    <>
      <Tooltip label={t.states.refresh}>
        <ActionIcon
          className="no-print"
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={t.states.refresh}
          loading={isLoading}
          disabled={!canRefresh}
          onClick={onRefresh}
        >
          <IconRefresh size={18} stroke={1.6} />
        </ActionIcon>
      </Tooltip>
      {isCompact ? (
        <Tooltip label={t.exporting.open}>
          <ActionIcon size="lg" aria-label={t.exporting.open} disabled={!canExport} onClick={onExport}>
            <IconFileDownload size={18} stroke={1.6} />
          </ActionIcon>
        </Tooltip>
      ) : (
        <Button
          className={`no-print ${classes.export ?? ""}`}
          aria-label={t.exporting.open}
          leftSection={<IconFileDownload size={18} stroke={1.6} />}
          disabled={!canExport}
          onClick={onExport}
        >
          {t.exporting.open}
        </Button>
      )}
    </>
  );
}
