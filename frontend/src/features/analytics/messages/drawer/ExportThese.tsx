import { Button } from "@mantine/core";
import { IconFileDownload } from "@tabler/icons-react";
import type { CampaignAnalyticsFilter } from "../../../../api/generated/operations";
import { useI18n } from "../../../../i18n/I18nProvider";
import { ExportDialog } from "../../../exports/dialog/ExportDialog";
import { narrowedTo, toWhere, type MessageSet } from "../number/messageSet";
import classes from "./Drawer.module.css";

type Props = {
  set: MessageSet;
  filter: CampaignAnalyticsFilter;
  /** The search among the messages; null without one. */
  text: string | null;
  total: number;
  /** The words for the set, without the search: it may be a phone, which no file is named after. */
  what: string;
  isOpen: boolean;
  onOpen: (isOpen: boolean) => void;
};

/** The button that exports the listed messages, and its dialog. */
export function ExportThese({ set, filter, text, total, what, isOpen, onOpen }: Props) {
  const { t, format } = useI18n();
  const { from, to } = filter.sentOn;
  const whole = text === null ? what : `${what}, ${t.messages.beginningWith(text)}`;
  return (
    <>
      <Button
        className={classes.export ?? ""}
        variant="subtle"
        size="compact-sm"
        leftSection={<IconFileDownload size={16} stroke={1.6} />}
        aria-haspopup="dialog"
        onClick={() => onOpen(true)}
      >
        {t.messages.export}
      </Button>
      {isOpen && (
        <ExportDialog
          filter={narrowedTo(filter, set.row)}
          days={filter.sentOn}
          rows={total}
          part={{
            where: { ...toWhere(set.counted), text },
            name: t.messages.exportName(what, format.days(from, to)),
            about: t.messages.exported(total, format.count(total), whole),
          }}
          onClose={() => onOpen(false)}
        />
      )}
    </>
  );
}
