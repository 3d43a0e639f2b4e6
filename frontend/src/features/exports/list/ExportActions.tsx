import { ActionIcon, Button, Group, Popover, Text, Tooltip } from "@mantine/core";
import { IconDownload, IconPlayerStop, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { CancelExportDocument, DeleteExportDocument, type ExportRowFragment } from "../../../api/generated/operations";
import { useApiMutation } from "../../../api/useApiMutation";
import { useI18n } from "../../../i18n/I18nProvider";
import { useViewer } from "../../session/ViewerProvider";
import { errorMessage } from "../errorMessage";
import { useDownload } from "../useDownload";
import { canRepeat } from "./again/again";
import classes from "./ExportTable.module.css";
import { isActive } from "../status";
import { useReloadExports } from "../useReloadExports";
import { RepeatButton } from "./again/RepeatButton";

/** The buttons of an export: download its file, cancel it, delete it. */
export function ExportActions({ export: item }: { export: ExportRowFragment }) {
  const { viewer } = useViewer();
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
        {canRepeat(item, viewer.departments) && <RepeatButton export={item} onDone={onChanged} />}
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

/** Downloads the file. */
function DownloadButton({ export: { id, name }, onDone }: ButtonProps) {
  const { t } = useI18n();
  const download = useDownload(id, onDone);
  return (
    <Button
      className={classes.wide}
      variant="light"
      size="compact-sm"
      leftSection={<IconDownload size={16} />}
      aria-label={t.exports.named(t.exports.download, name)}
      onClick={download}
    >
      {t.exports.download}
    </Button>
  );
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
        <Tooltip label={t.exports.remove} disabled={isAsking}>
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
