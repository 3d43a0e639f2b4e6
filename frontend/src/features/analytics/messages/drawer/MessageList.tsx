import { Button } from "@mantine/core";
import { useEffect, useRef } from "react";
import type { ApiError } from "../../../../api/errors";
import type { ListedMessageFragment } from "../../../../api/generated/operations";
import { useI18n } from "../../../../i18n/I18nProvider";
import classes from "./Drawer.module.css";
import { MessageItem } from "./item/MessageItem";

type Props = {
  messages: ListedMessageFragment[];
  total: number;
  hasMore: boolean;
  isLoadingMore: boolean;
  loadMore: () => void;
  error: ApiError | null;
};

/** Messages, and the button that asks for the next ones. */
export function MessageList({ messages, total, hasMore, isLoadingMore, loadMore, error }: Props) {
  const { t, format } = useI18n();
  const list = useRef<HTMLUListElement>(null);
  const shownCount = useRef(messages.length);
  // The focus goes on where the new ones begin: the button may be gone.
  useEffect(() => {
    const item = list.current?.children[shownCount.current];
    shownCount.current = messages.length;
    item?.querySelector("button")?.focus();
  }, [messages.length]);
  return (
    <>
      <ul ref={list} className={classes.list} aria-label={t.messages.list}>
        {messages.map((message) => (
          <MessageItem key={message.id} message={message} />
        ))}
      </ul>
      <div className={classes.more}>
        {error && (
          <p role="alert" className={classes.failed}>
            {t.messages.moreFailed}
          </p>
        )}
        <span aria-live="polite">{t.messages.loaded(format.count(messages.length), format.count(total))}</span>
        {hasMore && (
          <Button variant="light" loading={isLoadingMore} onClick={loadMore}>
            {t.messages.more}
          </Button>
        )}
      </div>
    </>
  );
}
