/** The messages behind a number of the page: how an address names them, and how the API is asked for them. */
import type {
  CampaignAnalyticsFilter,
  MessageWhere,
  ReplyKind,
  StepsFragment,
  TemplateCategory,
} from "../../../../api/generated/operations";
import { CATEGORIES, ENTITIES, FILTER_KINDS, type FilterKind } from "../../filters/filters";

const WHERE = {
  all: {},
  sent: { step: "SENT" },
  bounced: { step: "BOUNCED" },
  pending: { step: "PENDING" },
  delivered: { step: "DELIVERED" },
  read: { step: "READ" },
  responded: { step: "RESPONDED" },
  "not-delivered": { step: "DELIVERED", reached: false },
  "not-read": { step: "READ", reached: false },
  "not-responded": { step: "RESPONDED", reached: false },
  tickets: { createdTicket: true },
} satisfies Record<string, MessageWhere>;

/** The numbers that a word names. */
export type NumberName = keyof typeof WHERE;

/** What a number counts: a step or what is missing from it, a reason of bounces, replies of a time, kind or button. */
export type Counted =
  | { kind: "named"; name: NumberName }
  /** `code` is WhatsApp's; null stands for bounces without one. */
  | { kind: "bounce"; code: number | null }
  /** `weekday` is 1 to 7, Monday first; null stands for any. */
  | { kind: "reply"; weekday: number | null; hour: number }
  | { kind: "answer"; answer: ReplyKind }
  /** `button` is its payload, else its label. */
  | { kind: "button"; button: string };

/** The ids of a table's row, at most one of each kind. They hold instead of those of the page's filter. */
export type RowIds = Partial<Record<FilterKind, string> & { categories: TemplateCategory }>;

export type MessageSet = { counted: Counted; row: RowIds };

/** The parameter of an address: what is counted, then each id of the row. */
const PARAMETER = "messages";

/** Begins what is counted, where it is a button: the rest is its own text, whatever that is. */
const BUTTON = "button-";

const ROW_KINDS = [...FILTER_KINDS, "categories"] as const;

const REPLY_KINDS: Record<ReplyKind, true> = {
  TEXT: true,
  BUTTON: true,
  FORM: true,
  IMAGE: true,
  AUDIO: true,
  VIDEO: true,
  STICKER: true,
  DOCUMENT: true,
  LOCATION: true,
  CONTACT: true,
  ORDER: true,
  UNSUPPORTED: true,
  OTHER: true,
};

const MAX_BUTTON_LENGTH = 256; // characters; the API's own bound

const NO_REPLIES = new Set<NumberName>(["bounced", "pending", "not-delivered", "not-responded"]);

const isReplyKind = (text: string): text is ReplyKind => Object.hasOwn(REPLY_KINDS, text);

const isNumberName = (text: string): text is NumberName => Object.hasOwn(WHERE, text);

export const named = (name: NumberName): Counted => ({ kind: "named", name });

function parseCounted(text: string): Counted | undefined {
  if (isNumberName(text)) return { kind: "named", name: text };
  const bounce = /^bounce-(unknown|\d{1,9})$/.exec(text)?.[1];
  if (bounce !== undefined) return { kind: "bounce", code: bounce === "unknown" ? null : Number(bounce) };
  const answer = /^answer-([a-z]+)$/.exec(text)?.[1]?.toUpperCase();
  if (answer !== undefined) return isReplyKind(answer) ? { kind: "answer", answer } : undefined;
  if (text.startsWith(BUTTON)) {
    const button = text.slice(BUTTON.length);
    const length = Array.from(button).length; // as the API counts them
    return length > 0 && length <= MAX_BUTTON_LENGTH ? { kind: "button", button } : undefined;
  }
  const reply = /^reply-(?:([1-7])-)?(\d|1\d|2[0-3])$/.exec(text);
  if (!reply) return undefined;
  const [, weekday, hour] = reply;
  return { kind: "reply", weekday: weekday === undefined ? null : Number(weekday), hour: Number(hour) };
}

function writeCounted(counted: Counted): string {
  switch (counted.kind) {
    case "named":
      return counted.name;
    case "bounce":
      return `bounce-${counted.code ?? "unknown"}`;
    case "reply":
      return counted.weekday === null ? `reply-${counted.hour}` : `reply-${counted.weekday}-${counted.hour}`;
    case "answer":
      return `answer-${counted.answer.toLowerCase()}`;
    case "button":
      return BUTTON + counted.button;
  }
}

/** Read the set that an address names; undefined when there is none, or one that nobody understands. */
export function parseMessageSet(search: URLSearchParams): MessageSet | undefined {
  const [text, ...ids] = search.getAll(PARAMETER);
  const counted = text === undefined ? undefined : parseCounted(text);
  if (!counted) return undefined;
  const row: RowIds = {};
  for (const id of ids) {
    const kind = ROW_KINDS.find((kind) => id.startsWith(`${ENTITIES[kind]}.`));
    if (!kind || kind in row) return undefined;
    const value = id.slice(ENTITIES[kind].length + 1);
    if (kind === "categories") row[kind] = CATEGORIES.find((category) => category.toLowerCase() === value);
    else row[kind] = value;
    if (!row[kind]) return undefined;
  }
  return { counted, row };
}

/** Return an address's parameters with a set, or without any. */
export function withMessageSet(search: URLSearchParams, set: MessageSet | undefined): URLSearchParams {
  const changed = new URLSearchParams(search);
  changed.delete(PARAMETER);
  if (!set) return changed;
  changed.append(PARAMETER, writeCounted(set.counted));
  for (const kind of ROW_KINDS) {
    const id = kind === "categories" ? set.row[kind]?.toLowerCase() : set.row[kind];
    if (id !== undefined) changed.append(PARAMETER, `${ENTITIES[kind]}.${id}`);
  }
  return changed;
}

/** Convert what is counted to the API's condition. */
export function toWhere(counted: Counted): MessageWhere {
  switch (counted.kind) {
    case "named":
      return WHERE[counted.name];
    case "bounce":
      return { bounceCodes: [counted.code] };
    case "reply":
      return { repliedAt: { weekday: counted.weekday, hour: counted.hour } };
    case "answer":
      return { replyKinds: [counted.answer] };
    case "button":
      return { button: counted.button };
  }
}

/** Narrow the page's filter to a row. */
export function narrowedTo(filter: CampaignAnalyticsFilter, row: RowIds): CampaignAnalyticsFilter {
  const only = <Id>(id: Id | undefined, ids: Id[] | null | undefined) => (id === undefined ? ids : [id]);
  return {
    ...filter,
    templateIds: only(row.templates, filter.templateIds),
    accountIds: only(row.accounts, filter.accountIds),
    departmentIds: only(row.departments, filter.departmentIds),
    agentIds: only(row.agents, filter.agentIds),
    categories: only(row.categories, filter.categories),
  };
}

/** Return whether some of the messages may have a reply. */
export const mayHaveReplies = (counted: Counted): boolean =>
  counted.kind === "named" ? !NO_REPLIES.has(counted.name) : counted.kind !== "bounce";

/** Count the messages of a step's base that did not reach it. */
export const countMissing = (funnel: StepsFragment, step: "delivered" | "read" | "responded"): number =>
  funnel[step].base - funnel[step].count;
