import { IconClockHour4 } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { ListedMessageFragment } from "../../../../../api/generated/operations";
import { useI18n } from "../../../../../i18n/I18nProvider";
import { useViewer } from "../../../../session/ViewerProvider";
import { bounceWords } from "../../number/describe";
import classes from "./Item.module.css";
import { historyOf, type EventName } from "./history";

type Props = { message: ListedMessageFragment };

/** What happened to a message, in order, and where it belongs. */
export function MessageHistory({ message }: Props) {
  const { t, format } = useI18n();
  const { timeZone } = useViewer().viewer;
  const { account, department, ticket } = message;
  return (
    <div className={classes.history}>
      <ol className={classes.events} aria-label={t.messages.history}>
        {historyOf(message).map(({ name, at }) => (
          <li key={name} data-event={name}>
            <span className={classes.event}>{t.messages.events[name]}</span>
            {at !== null && (
              <time className={classes.time} dateTime={at}>
                {format.moment(at, timeZone)}
              </time>
            )}
            <EventDetail name={name} message={message} />
          </li>
        ))}
      </ol>
      {message.mayStillChange && (
        <p className={classes.young}>
          <IconClockHour4 size={16} stroke={1.6} aria-hidden="true" />
          {t.messages.mayStillChange}
        </p>
      )}
      <dl className={classes.facts}>
        {ticket && (
          <Fact name={t.messages.ticket}>
            {ticket.key ?? ticket.id}
            {ticket.created && ` (${t.messages.createdTicket})`}
          </Fact>
        )}
        <Fact name={t.messages.department}>{department.name}</Fact>
        <Fact name={t.messages.account}>{account.name}</Fact>
        <Fact name={t.messages.category}>{t.tables.categories[message.templateCategory]}</Fact>
        <Fact name={t.messages.id}>{message.id}</Fact>
      </dl>
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** What there is to say of an event: why a message bounced; what was replied, and when. */
function EventDetail({ name, message: { bounce, reply } }: Props & { name: EventName }) {
  const { t, format } = useI18n();
  if (name === "bounced" && bounce) {
    const code = bounce.code === null ? [] : [t.messages.code(bounce.code)];
    const isTranslated = bounce.code === null || t.bounces[bounce.code] !== undefined;
    return (
      <p>
        <span lang={isTranslated ? undefined : "en"}>{bounceWords(t, bounce.code, bounce.title)}</span>
        {code.length > 0 && ` (${code.join()})`}
      </p>
    );
  }
  if (name === "replied" && reply) {
    const { button, kind, text } = reply;
    const about = [
      button === null || button === text ? t.messages.kinds[kind] : t.messages.tapped(t.messages.kinds[kind], button),
      t.messages.after(format.duration(reply.responseTime)),
      ...(reply.rule ? [t.messages.rules[reply.rule]] : []),
    ];
    return (
      <>
        {text !== null && <blockquote className={classes.reply}>{text}</blockquote>}
        <p>{about.join(" · ")}</p>
      </>
    );
  }
  return null;
}
