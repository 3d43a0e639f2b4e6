import type { ListedMessageFragment } from "../../../../../api/generated/operations";

export type EventName = "sent" | "accepted" | "delivered" | "read" | "bounced" | "replied";

/** What happened to a message, and the instant; null where that is unknown. */
export type MessageEvent = { name: EventName; at: string | null };

/**
 * List what happened to a message, in the order of time.
 *
 * A bounce has no instant where WhatsApp refused the message at once; it comes last then, as events of one instant do
 * in the order of a message's life.
 */
export function historyOf(message: ListedMessageFragment): MessageEvent[] {
  const events: MessageEvent[] = [
    { name: "sent", at: message.sentAt },
    { name: "accepted", at: message.acceptedAt },
    { name: "delivered", at: message.deliveredAt },
    { name: "read", at: message.readAt },
    { name: "bounced", at: message.failedAt },
    { name: "replied", at: message.reply?.at ?? null },
  ];
  const time = ({ at }: MessageEvent) => (at === null ? Infinity : Date.parse(at));
  return events
    .filter(({ name, at }) => at !== null || (name === "bounced" && message.bounce !== null))
    .sort((event, other) => (time(event) === time(other) ? 0 : time(event) - time(other)));
}

/** Return how far a message got, as a row says it: a reply is further than what WhatsApp tells. */
export const stateOf = ({ status, reply }: ListedMessageFragment) => (reply ? ("REPLIED" as const) : status);
