import { IconChevronDown } from "@tabler/icons-react";
import { useId, useState } from "react";
import type { ListedMessageFragment } from "../../../../../api/generated/operations";
import { useI18n } from "../../../../../i18n/I18nProvider";
import { useViewer } from "../../../../session/ViewerProvider";
import { bounceWords } from "../../number/describe";
import classes from "./Item.module.css";
import { stateOf } from "./history";
import { MessageHistory } from "./MessageHistory";

/** A message in some lines, which open to its history. */
export function MessageItem({ message }: { message: ListedMessageFragment }) {
  const { t, format } = useI18n();
  const { timeZone } = useViewer().viewer;
  const [isOpen, setIsOpen] = useState(false);
  const id = useId();
  const { agent, bounce, recipient, reply, sentAt, template } = message;
  const state = stateOf(message);
  const words = reply
    ? (reply.text ?? reply.button ?? t.messages.kinds[reply.kind])
    : bounce && bounceWords(t, bounce.code, bounce.title);
  return (
    <li className={classes.item} data-message={message.id}>
      <button
        type="button"
        className={classes.summary}
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setIsOpen(!isOpen)}
      >
        <span className={classes.template}>{template.name}</span>
        <span className={classes.state} data-state={state}>
          {t.messages.statuses[state]}
        </span>
        <span className={classes.who}>
          {recipient.phone ?? recipient.id ?? t.messages.noRecipient} · {agent.name}
        </span>
        <time className={classes.time} dateTime={sentAt}>
          {format.instant(sentAt, timeZone)}
        </time>
        {words && <span className={classes.words}>{words}</span>}
        <IconChevronDown size={16} className={classes.chevron} aria-hidden="true" />
      </button>
      <div id={id} hidden={!isOpen}>
        {isOpen && <MessageHistory message={message} />}
      </div>
    </li>
  );
}
