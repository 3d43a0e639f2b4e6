import { ActionIcon, Button, Group, Popover, Text, Tooltip } from "@mantine/core";
import { IconDownload, IconPlayerStop, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import {
  CancelExportDocument,
  DeleteExportDocument,
  DownloadLinkDocument,
  type ExportRowFragment,
} from "../../../api/generated/operations";
import { useApiMutation } from "../../../api/useApiMutation";
import { useI18n } from "../../../i18n/I18nProvider";
import { errorMessage } from "../errorMessage";
import classes from "./ExportTable.module.css";
import { isActive } from "../status";
import { useReloadExports } from "../useReloadExports";

/** The buttons of an export: download its file, cancel it, delete it. */
export function ExportActions({ export: item }: { export: ExportRowFragment }) {
  const [message, setMessage] = useState<string>();
  const reload = useReloadExports();
  const onChanged = (failure: string | undefined) => {
    setMessage(failure);
    reload();
  };
  return (
    <>
      <Group gap={4} wrap="nowrap" justify="end" className={classes.actions}>
        {item.status === "COMPLETED" && <DownloadButton export={item} onDone={setMessage} />}
        {isActive(item.status) ? (
          <CancelButton export={item} onDone={onChanged} />
        ) : (
          <DeleteButton export={item} onDone={onChanged} />
        )}
      </Group>
      {message && (
        <Text role="alert" size="xs" c="var(--bad)">
          {message}
        </Text>
      )}
    </>
  );
}

/** `onDone` receives what went wrong, or undefined. */
type ButtonProps = { export: ExportRowFragment; onDone: (failure: string | undefined) => void };

/** Downloads the file by a link that is asked for at the click, since it expires soon. */
function DownloadButton({ export: { id, name }, onDone }: ButtonProps) {
  const { t } = useI18n();
  const link = useApiMutation(DownloadLinkDocument, {
    onSettled: (data, error) => {
      const url = data?.export?.downloadUrl;
      onDone(url ? undefined : (errorMessage(t, error, undefined) ?? t.exports.gone));
      if (url) download(url);
    },
  });
  return (
    <Button
      className={classes.wide}
      variant="light"
      size="compact-sm"
      leftSection={<IconDownload size={16} />}
      aria-label={t.exports.named(t.exports.download, name)}
      onClick={() => link.mutate({ id })}
    >
      {t.exports.download}
    </Button>
  );
}

function download(url: string) {
  const link = document.createElement("a");
  link.href = url;
  link.download = "";
  link.click();
}

function CancelButton({ export: { id, name, status }, onDone }: ButtonProps) {
  const { t } = useI18n();
  const cancellation = useApiMutation(CancelExportDocument, {
    onSettled: (data, error) => onDone(errorMessage(t, error, data?.cancelExport?.userErrors[0]?.code)),
  });
  return (
    <Button
      className={classes.wide}
      variant="default"
      size="compact-sm"
      leftSection={<IconPlayerStop size={16} />}
      loading={cancellation.isPending}
      disabled={status === "CANCELING"}
      aria-label={t.exports.named(t.exports.cancel, name)}
      onClick={() => cancellation.mutate({ id })}
    >
      {t.exports.cancel}
    </Button>
  );
}

function DeleteButton({ export: { id, name }, onDone }: ButtonProps) {
  const { t } = useI18n();
  const [isAsking, setIsAsking] = useState(false);
  const deletion = useApiMutation(DeleteExportDocument, {
    onSettled: (data, error) => {
      setIsAsking(false);
      onDone(errorMessage(t, error, data?.deleteExport?.userErrors[0]?.code));
    },
  });
  const label = t.exports.named(t.exports.remove, name);
  return (
    <Popover opened={isAsking} onChange={setIsAsking} position="left" withArrow shadow="md" trapFocus>
      <Popover.Target>
        <Tooltip label={t.exports.remove}>
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={label} onClick={() => setIsAsking(!isAsking)}>
            <IconTrash size={18} stroke={1.6} />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown aria-label={label}>
        <Text size="sm" mb="sm">
          {t.exports.removeSure}
        </Text>
        <Group justify="end" gap="xs">
          <Button variant="default" size="compact-sm" onClick={() => setIsAsking(false)}>
            {t.exports.keep}
          </Button>
          <Button
            size="compact-sm"
            color="var(--danger)"
            loading={deletion.isPending}
            onClick={() => deletion.mutate({ id })}
          >
            {t.exports.remove}
          </Button>
        </Group>
      </Popover.Dropdown>
    </Popover>
  );
}
