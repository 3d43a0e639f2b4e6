import { Drawer, Skeleton } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import type { CampaignAnalyticsFilter } from "../../../../api/generated/operations";
import { EmptyState } from "../../../../components/states/EmptyState";
import { useI18n } from "../../../../i18n/I18nProvider";
import { withCallingCode } from "../../../../lib/phones/callingCode";
import { describeCounted } from "../number/describe";
import { mayHaveReplies, type MessageSet } from "../number/messageSet";
import { Breakdown } from "./Breakdown";
import { Controls } from "./Controls";
import classes from "./Drawer.module.css";
import { ExportThese } from "./ExportThese";
import { ListError } from "./ListError";
import { MessageList } from "./MessageList";
import { MIN_SEARCH_LENGTH, useMessages, type OrderName } from "./useMessages";

const SEARCH_DELAY = 300; // milliseconds after the last key
const SKELETONS = 8;

// Of the whole: Mantine gives the content's own class to what lies behind it, too.
const CLASS_NAMES = { content: classes.content ?? "" };

type Shown = { set: MessageSet; filter: CampaignAnalyticsFilter };

type Props = Shown & { opened: boolean; onClose: () => void };

/** `onExporting` is told when the dialog above the drawer opens and closes. */
type PanelProps = Shown & { isExporting: boolean; onExporting: (isOpen: boolean) => void };

/** A drawer with the messages behind a number, at the right; on a phone it is the whole screen. */
export function MessagesDrawer({ opened, onClose, ...shown }: Props) {
  const [isExporting, setIsExporting] = useState(false);
  return (
    <Drawer.Root
      classNames={CLASS_NAMES}
      className="no-print" // it would lie over the page's own paper
      opened={opened}
      onClose={onClose}
      closeOnEscape={!isExporting}
      trapFocus={!isExporting}
      position="right"
      size="40rem"
      lockScroll={false} // it writes a style that the service's policy does not admit
      returnFocus={false} // whoever loads the drawer does it
    >
      <Drawer.Overlay backgroundOpacity={0.35} />
      <Drawer.Content>
        <Panel key={JSON.stringify(shown)} {...shown} isExporting={isExporting} onExporting={setIsExporting} />
      </Drawer.Content>
    </Drawer.Root>
  );
}

const wholeOf = ({ total, rowNames, buttonLabel, accountPhones }: ReturnType<typeof useMessages>) => ({
  total,
  rowNames,
  buttonLabel,
  accountPhones,
});

function Panel({ set, filter, isExporting, onExporting }: PanelProps) {
  const { t, format } = useI18n();
  const [text, setText] = useState("");
  const [order, setOrder] = useState<OrderName>("sent");
  const [typed] = useDebouncedValue(text.trim(), SEARCH_DELAY);
  const searched = typed.length >= MIN_SEARCH_LENGTH ? typed : null;
  const asTyped = useMessages(filter, set, order, searched);
  // The title is about the whole set, also while a part of it is on show.
  const [whole, setWhole] = useState(() => wholeOf(asTyped));
  if (searched === null && asTyped.total !== undefined && asTyped.total !== whole.total) setWhole(wholeOf(asTyped));
  // The API knows phones by their calling code only.
  const national = searched === null ? undefined : withCallingCode(searched, whole.accountPhones);
  const isNational = national !== undefined && asTyped.total === 0;
  const withCode = useMessages(filter, set, order, national ?? null, isNational);
  const list = isNational ? withCode : asTyped;
  const { messages, error } = list;
  const { title, detail } = describeCounted(t, format, set.counted, whole.buttonLabel);
  const { total, rowNames = [] } = whole;
  const { categories: category } = set.row;
  const details = [...(detail ? [detail] : []), ...rowNames, ...(category ? [t.tables.categories[category]] : [])];
  return (
    <>
      <Drawer.Header className={classes.header}>
        <div>
          <Drawer.Title className={classes.title}>
            {title}
            {total !== undefined && ` · ${format.count(total)} ${t.funnel.noun(total)}`}
          </Drawer.Title>
          {details.length > 0 && <p className={classes.about}>{details.join(" · ")}</p>}
        </div>
        <Drawer.CloseButton aria-label={t.states.close} />
      </Drawer.Header>
      <Drawer.Body className={classes.body}>
        {total ? <Breakdown set={set} filter={filter} total={total} /> : null}
        <Controls
          text={text}
          onText={setText}
          found={searched === null ? undefined : list.total}
          searchedAs={isNational ? national : undefined}
          order={order}
          onOrder={mayHaveReplies(set.counted) ? setOrder : undefined}
        />
        {list.total ? (
          <ExportThese
            set={set}
            filter={filter}
            text={isNational ? national : searched}
            total={list.total}
            what={[title, ...details].join(", ")}
            isOpen={isExporting}
            onOpen={onExporting}
          />
        ) : null}
        {!messages && error ? (
          <ListError error={error} retry={list.retry} />
        ) : !messages ? (
          <div role="status" aria-label={t.states.loading}>
            {Array.from({ length: SKELETONS }, (_, row) => (
              <Skeleton key={row} height="3.75rem" mb="0.5rem" />
            ))}
          </div>
        ) : messages.length === 0 ? (
          <EmptyState title={searched === null ? t.messages.none : t.messages.noneFound} />
        ) : (
          <MessageList {...list} messages={messages} total={list.total ?? messages.length} />
        )}
      </Drawer.Body>
    </>
  );
}
