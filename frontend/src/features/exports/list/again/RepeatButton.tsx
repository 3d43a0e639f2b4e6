import { Button } from "@mantine/core";
import { IconRepeat } from "@tabler/icons-react";
import { useState } from "react";
import { CreateExportDocument, type ExportRowFragment } from "../../../../api/generated/operations";
import { useApiMutation } from "../../../../api/useApiMutation";
import { useI18n } from "../../../../i18n/I18nProvider";
import { useViewer } from "../../../session/ViewerProvider";
import { errorMessage } from "../../errorMessage";
import { newKey } from "../../idempotencyKey";
import { useFollowExport } from "../../progress/ExportFollower";
import { toInput } from "./again";
import classes from "../ExportTable.module.css";

type Props = { export: ExportRowFragment; onDone: (failure: string | undefined) => void };

/** Asks for the same export again: its filters, messages, columns and format. */
export function RepeatButton({ export: item, onDone }: Props) {
  const { t } = useI18n();
  const { viewer } = useViewer();
  const follow = useFollowExport();
  const [idempotencyKey, setIdempotencyKey] = useState(newKey);
  const creation = useApiMutation(CreateExportDocument, {
    onSettled: (data, error) => {
      const created = data?.createExport?.export;
      if (created) follow(created);
      if (!error) setIdempotencyKey(newKey());
      onDone(errorMessage(t, error, data?.createExport?.userErrors[0]?.code));
    },
  });
  return (
    <Button
      className={classes.wide}
      variant="default"
      size="compact-sm"
      leftSection={<IconRepeat size={16} />}
      loading={creation.isPending}
      aria-label={t.exports.named(t.exports.repeat, item.name)}
      onClick={() => creation.mutate({ input: { ...toInput(item, viewer.departments), idempotencyKey } })}
    >
      {t.exports.repeat}
    </Button>
  );
}
