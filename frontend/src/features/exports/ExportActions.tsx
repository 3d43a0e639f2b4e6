import { ActionIcon, Button, Group, Popover, Text, Tooltip } from "@mantine/core";
import { IconDownload, IconPlayerStop, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useClient, useMutation } from "urql";
import {
  CancelExportDocument,
  DeleteExportDocument,
  DownloadLinkDocument,
  type ExportRowFragment,
} from "../../api/generated/operations";
import { useTexts } from "../../i18n/I18nProvider";
import classes from "./ExportTable.module.css";
import { isActive } from "./status";
import { wrongOf } from "./errorMessage";

const GRAVE = "#a8480b"; // an orange that white is readable on, light or dark

type Props = { export: ExportRowFragment; reload: () => void };

/** What can be done with an export: fetch its file, cancel it, delete it. */
export function ExportActions({ export: one, reload }: Props) {
  const [said, setSaid] = useState<string>();
  const tell = (wrong: string | undefined) => {
    setSaid(wrong);
    reload();
  };
  return (
    <>
      <Group gap={4} wrap="nowrap" justify="end" className={classes.actions}>
        {one.status === "COMPLETED" && <Download export={one} done={setSaid} />}
        {isActive(one.status) ? <Cancel export={one} done={tell} /> : <Delete export={one} done={tell} />}
      </Group>
      {said && (
        <Text role="alert" size="xs" c="var(--bad)">
          {said}
        </Text>
      )}
    </>
  );
}

/** `done` is told what went wrong, or nothing. */
type ActionProps = { export: ExportRowFragment; done: (wrong: string | undefined) => void };

/** The link is asked for at the click: it is soon over. */
function Download({ export: { id, name }, done }: ActionProps) {
  const { t } = useTexts();
  const client = useClient();
  const fetchFile = async () => {
    const answer = await client.query(DownloadLinkDocument, { id }, { requestPolicy: "network-only" });
    const address = answer.data?.export?.downloadUrl;
    done(address ? undefined : (wrongOf(t, answer.error, undefined) ?? t.exports.gone));
    if (!address) return;
    const link = document.createElement("a");
    link.href = address;
    link.download = "";
    link.click();
  };
  return (
    <Button
      className={classes.wide}
      variant="light"
      size="compact-sm"
      leftSection={<IconDownload size={16} />}
      aria-label={t.exports.named(t.exports.download, name)}
      onClick={() => void fetchFile()}
    >
      {t.exports.download}
    </Button>
  );
}

function Cancel({ export: { id, name, status }, done }: ActionProps) {
  const { t } = useTexts();
  const [{ fetching }, cancel] = useMutation(CancelExportDocument);
  return (
    <Button
      className={classes.wide}
      variant="default"
      size="compact-sm"
      leftSection={<IconPlayerStop size={16} />}
      loading={fetching}
      disabled={status === "CANCELING"}
      aria-label={t.exports.named(t.exports.cancel, name)}
      onClick={() =>
        void cancel({ id }).then(({ data, error }) => done(wrongOf(t, error, data?.cancelExport?.userErrors[0]?.code)))
      }
    >
      {t.exports.cancel}
    </Button>
  );
}

function Delete({ export: { id, name }, done }: ActionProps) {
  const { t } = useTexts();
  const [asking, setAsking] = useState(false);
  const [{ fetching }, remove] = useMutation(DeleteExportDocument);
  const label = t.exports.named(t.exports.remove, name);
  const confirm = async () => {
    const { data, error } = await remove({ id });
    setAsking(false);
    done(wrongOf(t, error, data?.deleteExport?.userErrors[0]?.code));
  };
  return (
    <Popover opened={asking} onChange={setAsking} position="left" withArrow shadow="md" trapFocus>
      <Popover.Target>
        <Tooltip label={t.exports.remove}>
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={label} onClick={() => setAsking(!asking)}>
            <IconTrash size={18} stroke={1.6} />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown aria-label={label}>
        <Text size="sm" mb="sm">
          {t.exports.removeSure}
        </Text>
        <Group justify="end" gap="xs">
          <Button variant="default" size="compact-sm" onClick={() => setAsking(false)}>
            {t.exports.keep}
          </Button>
          <Button size="compact-sm" color={GRAVE} loading={fetching} onClick={() => void confirm()}>
            {t.exports.remove}
          </Button>
        </Group>
      </Popover.Dropdown>
    </Popover>
  );
}
