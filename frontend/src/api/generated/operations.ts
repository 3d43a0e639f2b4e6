/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** A kind of annotation: a change of a template, or a note. */
export type AnnotationKind =
  /** WhatsApp changed the category. */
  | 'CATEGORY'
  /** WhatsApp announced another category, a day ahead; nothing changed yet. */
  | 'CATEGORY_ANNOUNCED'
  /** A person wrote it. */
  | 'NOTE'
  /** WhatsApp's rating changed. */
  | 'QUALITY'
  /** WhatsApp's status changed. */
  | 'STATUS';

/** The messages to select. Filters of different kinds are combined with AND, the values of one kind with OR. */
export type CampaignAnalyticsFilter = {
  /** Only messages of these sender accounts. Absent: of any. An empty list selects nothing. */
  accountIds?: Array<string> | null | undefined;
  /** Only messages of these agents. Absent: of any. An empty list selects nothing. */
  agentIds?: Array<string> | null | undefined;
  /** Only messages of these categories, as they were sent. Absent: of any. Not in periods of more than 1,000,000 messages, where each must be looked at for it. */
  categories?: Array<TemplateCategory> | null | undefined;
  /** Only messages of these departments. Absent: of any. An empty list selects nothing. A supervisor may name their own only (else FORBIDDEN). */
  departmentIds?: Array<string> | null | undefined;
  /** No messages of these sender accounts. */
  excludeAccountIds?: Array<string> | null | undefined;
  /** No messages of these agents. */
  excludeAgentIds?: Array<string> | null | undefined;
  /** No messages of these departments. A supervisor may name their own only (else FORBIDDEN). */
  excludeDepartmentIds?: Array<string> | null | undefined;
  /** No messages of these templates. */
  excludeTemplateIds?: Array<string> | null | undefined;
  /** Only messages of templates that had one of these languages, such as `es_CL`, when they were sent. Absent: of any. Not in periods of more than 1,000,000 messages, where each must be looked at for it. */
  languages?: Array<string> | null | undefined;
  /** The days on which the messages were sent. */
  sentOn: DateRange;
  /** Only messages of these templates. Absent: of any. An empty list selects nothing. */
  templateIds?: Array<string> | null | undefined;
  /** The zone whose days these are. Default: the tenant's own. */
  timeZone?: string | null | undefined;
};

/** The earlier days that a period is compared with. */
export type Comparison =
  /** As many days, ending the day before. */
  | 'DAYS_BEFORE'
  /** For whole years, quarters, months or ISO weeks, and for one that begins with such a unit and ends today: as many units before. For any other range: as many days before. What reaches today is compared to the same local time of the day that stands for today. */
  | 'PERIOD_BEFORE'
  /** The same dates a year before, of 29 February the 28th; weeks by their ISO week. To the same local time, as above. */
  | 'SAME_PERIOD_LAST_YEAR';

/** An annotation to be written, such as a holiday. */
export type CreateAnnotationInput = {
  /** The days that it is about, at most 366. */
  days: DateRange;
  /** The department that it is for. Absent: for all, so that everybody sees it. */
  departmentId?: string | null | undefined;
  /** The text, at most 200 characters. */
  text: string;
};

/** An export to be made. */
export type CreateExportInput = {
  /** Columns after those of every file, each once; the file has them in its own order. Absent: none. */
  columns?: Array<ExportColumn> | null | undefined;
  /** The messages to export; one row each. */
  filter: CampaignAnalyticsFilter;
  /** The kind of file. */
  format?: ExportFormat;
  /** The same key and input again give the same export; with other input it is a CONFLICT. */
  idempotencyKey?: string | null | undefined;
  /** The language of headers and words. */
  locale?: Locale;
  /** The name that the viewer gives it, at most 200 characters; the file is named after it. */
  name: string;
  /** The sign between the fields; of CSV files only. Absent: COMMA. */
  separator?: CsvSeparator | null | undefined;
  /** Conditions on them, as in `messages`. Absent: none. */
  where?: MessageWhere | null | undefined;
};

/** The sign between the fields of a CSV file. */
export type CsvSeparator =
  /** `,`, which programs expect. */
  | 'COMMA'
  /** `;`, which Excel expects where commas are decimal: Spanish, Portuguese, … */
  | 'SEMICOLON';

/** Calendar days, both included; at most 1100 of them. */
export type DateRange = {
  /** The first day. */
  from: string;
  /** The last day, included. */
  to: string;
};

/** The width of a point of a row's series, as in `Granularity`. */
export type DayGranularity =
  /** A calendar day. */
  | 'DAY'
  /** A calendar month. */
  | 'MONTH'
  /** An ISO week. */
  | 'WEEK';

/** An annotation to be deleted. */
export type DeleteAnnotationInput = {
  /** The annotation's id. */
  id: string;
};

/** A column that a file may have besides those of every file. Times are the clock's in the period's time zone. */
export type ExportColumn =
  /** The time at which WhatsApp accepted the message. */
  | 'ACCEPTED_AT'
  /** The id of the agent who sent it. */
  | 'AGENT_ID'
  /** Yes or no: the message got a reply. */
  | 'ANSWERED'
  /** The time of the customer's reply. */
  | 'ANSWERED_AT'
  /** WhatsApp's error code, of a message that bounced. */
  | 'BOUNCE_CODE'
  /** The same in words. */
  | 'BOUNCE_REASON'
  /** The time at which it was delivered; empty where WhatsApp only said that it was read. */
  | 'DELIVERED_AT'
  /** The time at which it bounced. */
  | 'FAILED_AT'
  /** The time at which it was read. */
  | 'READ_AT'
  /** Of which kind the reply is: text, button, image, audio, …; empty where that is not known. */
  | 'REPLY_KIND'
  /** The template's id. */
  | 'TEMPLATE_ID'
  /** The template's language, as at send time. */
  | 'TEMPLATE_LANGUAGE';

/** A reason for which an export fails. */
export type ExportFailureCode =
  /** The requester may no longer see all of its departments. */
  | 'ACCESS_REVOKED'
  /** Workers stopped in the middle too many times. */
  | 'ATTEMPTS_EXHAUSTED'
  /** Messages of its days were dropped before it ran. See `limits.messagesKeptFrom`. */
  | 'DROPPED'
  /** Something went wrong on our side. */
  | 'INTERNAL'
  /** The file could not be stored. */
  | 'STORAGE'
  /** It took longer than an export may. */
  | 'TIMEOUT';

/** The kind of file. */
export type ExportFormat =
  /** Separated values, UTF-8 with a byte order mark, without a summary. An apostrophe stands in front of what a spreadsheet would take for a formula, or show as another number. */
  | 'CSV'
  /** An Excel workbook: first a sheet `Resumen` or `Summary` with the filter, the period and the funnel, then the messages on a sheet `Envíos` or `Sends`, which is shown on opening. Programs should take it by its name. */
  | 'XLSX';

/** The state of an export. CANCELED, COMPLETED, FAILED and EXPIRED are final. */
export type ExportStatus =
  /** Stopped by request; there is no file. */
  | 'CANCELED'
  /** Asked to stop; the worker has not answered yet. */
  | 'CANCELING'
  /** Its file can be downloaded. */
  | 'COMPLETED'
  /** Its file was deleted because its time was over. */
  | 'EXPIRED'
  /** Ended without a file; see `failure`. */
  | 'FAILED'
  /** Waits for a worker. */
  | 'QUEUED'
  /** Its file is being written. */
  | 'RUNNING';

/** A step of the funnel; see `Funnel`. */
export type FunnelStepName =
  /** Failed and never delivered. */
  | 'BOUNCED'
  /** Reached the customer. */
  | 'DELIVERED'
  /** Neither sent nor bounced yet. */
  | 'PENDING'
  /** Read, as far as WhatsApp tells. */
  | 'READ'
  /** Got a reply. */
  | 'RESPONDED'
  /** Accepted by WhatsApp and not bounced. */
  | 'SENT';

/** The width of a point of a time series, in the period's time zone. */
export type Granularity =
  /** A calendar day. */
  | 'DAY'
  /** A local hour; one that the clock repeats is two points. */
  | 'HOUR'
  /** A calendar month; cut to the period at its ends. */
  | 'MONTH'
  /** An ISO week, Monday to Sunday; cut to the period at its ends. */
  | 'WEEK';

/** A weekday, an hour, or an hour of one weekday, of the period's time zone. */
export type HourOfWeek = {
  /** From 0 to 23. Absent: any. */
  hour?: number | null | undefined;
  /** Monday is 1, Sunday 7. Absent: any. */
  weekday?: number | null | undefined;
};

/** The language of a file's headers and words. */
export type Locale =
  /** English. */
  | 'EN'
  /** Spanish. */
  | 'ES';

/** Something that messages can be counted by. */
export type MessageDimension =
  /** The account from which they were sent. */
  | 'ACCOUNT'
  /** The agent who sent them, from any department. */
  | 'AGENT'
  /** The department from which they were sent. */
  | 'DEPARTMENT'
  /** The template that was sent. */
  | 'TEMPLATE';

/** The order of messages. Equal ones follow by id; those without it are last. */
export type MessageOrder = {
  /** The end that comes first. */
  direction?: OrderDirection;
  /** The time to order by. */
  field: MessageOrderField;
};

/** The times by which messages can be ordered. */
export type MessageOrderField =
  /** The time at which the reply came. */
  | 'REPLIED_AT'
  /** The time from the message to the reply. */
  | 'RESPONSE_TIME'
  /** The time at which they were sent. */
  | 'SENT_AT';

/** The furthest that a message got. */
export type MessageStatus =
  /** It reached the customer: delivered, or answered. */
  | 'DELIVERED'
  /** It bounced: it failed and was never delivered. */
  | 'FAILED'
  /** WhatsApp has said nothing yet. */
  | 'PENDING'
  /** The customer read it. */
  | 'READ'
  /** WhatsApp accepted it. */
  | 'SENT';

/** The messages that a number stands for. All that is given must hold; what is absent always does. */
export type MessageWhere = {
  /** Messages that bounced with one of these codes; null among them: without one. At most 1000. */
  bounceCodes?: Array<number | null | undefined> | null | undefined;
  /** Messages whose reply tapped this button: its `payload` in `byAnswer`, else its `label`. */
  button?: string | null | undefined;
  /** Messages that created their ticket; false: those that did not. */
  createdTicket?: boolean | null | undefined;
  /** False: messages of the step's base that did not reach it, such as sent, not delivered. */
  reached?: boolean;
  /** Messages whose reply came then, by the local time of the reply. */
  repliedAt?: HourOfWeek | null | undefined;
  /** Messages whose reply is of one of these kinds. */
  replyKinds?: Array<ReplyKind> | null | undefined;
  /** Messages that reached this step of the funnel. */
  step?: FunnelStepName | null | undefined;
  /** The recipient's digits, the key of a ticket, or the id of a message: whole or its beginning, 4 to 100 characters. */
  text?: string | null | undefined;
};

/** The end of an order that comes first. */
export type OrderDirection =
  /** The smallest first. */
  | 'ASC'
  /** The greatest first. */
  | 'DESC';

/** The order of a table. Rows that are equal in it follow by name, then id. */
export type PerformanceOrder = {
  /** The end that comes first. */
  direction?: OrderDirection;
  /** The value to order by. */
  field: PerformanceOrderField;
};

/** A value that a table can be ordered by. Rows that are equal in it follow by name, then id; null rates come last. */
export type PerformanceOrderField =
  /** Bounced ÷ messages. */
  | 'BOUNCE_RATE'
  /** Delivered ÷ sent. */
  | 'DELIVERED_RATE'
  /** Messages attempted. */
  | 'MESSAGES'
  /** The row's name; case and accents do not matter. */
  | 'NAME'
  /** Read ÷ delivered. */
  | 'READ_RATE'
  /** Responded ÷ delivered. */
  | 'RESPONDED_RATE'
  /** Messages sent. */
  | 'SENT'
  /** Sent ÷ messages. */
  | 'SENT_RATE'
  /** Tickets created by those messages. */
  | 'TICKETS';

/** The kind of a reply. */
export type ReplyKind =
  /** An audio, or a voice message. */
  | 'AUDIO'
  /** A button, or a row of a list. */
  | 'BUTTON'
  /** A contact. */
  | 'CONTACT'
  /** A document. */
  | 'DOCUMENT'
  /** A form (WhatsApp Flow) that was filled in. */
  | 'FORM'
  /** An image. */
  | 'IMAGE'
  /** A place. */
  | 'LOCATION'
  /** An order from a catalogue. */
  | 'ORDER'
  /** Anything else, or a kind that nobody named. */
  | 'OTHER'
  /** A sticker. */
  | 'STICKER'
  /** Words. */
  | 'TEXT'
  /** Something that WhatsApp does not hand on. */
  | 'UNSUPPORTED'
  /** A video. */
  | 'VIDEO';

/** The rule by which a reply was found to answer a message; the first that finds one counts. */
export type ReplyRule =
  /** The message is the latest from the same account to the same person, inside the reply window. */
  | 'CONVERSATION'
  /** The reply quotes the message, or is a button of it. */
  | 'EXACT'
  /** It is in the ticket of the message, the latest one there. */
  | 'TICKET';

/** A person's role, which says what they may see. Anyone of another role sees nothing. */
export type Role =
  /** Sees everything, and everyone's exports. */
  | 'ADMINISTRATOR'
  /** Sees everything, and their own exports. */
  | 'ANALYST'
  /** Sees the departments they belong to, and their own exports. */
  | 'SUPERVISOR';

/** Meta's category of a template. */
export type TemplateCategory =
  /** One-time passcodes. */
  | 'AUTHENTICATION'
  /** Promotions, offers, invitations. */
  | 'MARKETING'
  /** Unknown, or a category that Meta no longer has. */
  | 'OTHER'
  /** Answers inside a customer's own conversation. */
  | 'SERVICE'
  /** Follow-ups to something the customer did: confirmations, reminders. */
  | 'UTILITY';

/** A kind of change of a template. */
export type TemplateChangeKind =
  /** WhatsApp changed the category. */
  | 'CATEGORY'
  /** WhatsApp announced another category, a day ahead; nothing changed yet. */
  | 'CATEGORY_ANNOUNCED'
  /** WhatsApp's rating changed. */
  | 'QUALITY'
  /** WhatsApp's status changed. */
  | 'STATUS';

/** WhatsApp's rating of a template, by what people do with its messages. */
export type TemplateQuality =
  /** High. */
  | 'GREEN'
  /** A rating that is not known here. */
  | 'OTHER'
  /** Low: it is paused if that goes on. */
  | 'RED'
  /** Not rated yet. */
  | 'UNKNOWN'
  /** Medium. */
  | 'YELLOW';

/** WhatsApp's status of a template. */
export type TemplateStatus =
  /** It can be sent; also once a pause is over, or it was reinstated or unarchived. */
  | 'APPROVED'
  /** It was not used for long, and is to be deleted. */
  | 'ARCHIVED'
  /** It was deleted. */
  | 'DELETED'
  /** It cannot be sent any more. */
  | 'DISABLED'
  /** It is at risk of being disabled. */
  | 'FLAGGED'
  /** Its rejection is looked at again. */
  | 'IN_APPEAL'
  /** The account has as many templates as it may. */
  | 'LIMIT_EXCEEDED'
  /** It cannot be edited. */
  | 'LOCKED'
  /** A status that is not known here. */
  | 'OTHER'
  /** It cannot be sent for some hours, because of its quality or its rate. */
  | 'PAUSED'
  /** It is under review. */
  | 'PENDING'
  /** It is being deleted. */
  | 'PENDING_DELETION'
  /** It was not approved. */
  | 'REJECTED';

/** A kind of mistake in an input that a person can put right. */
export type UserErrorCode =
  /** A text is needed. */
  | 'BLANK'
  /** It contradicts the present state, or an earlier input. */
  | 'CONFLICT'
  /** It asks for more than the viewer may see. */
  | 'FORBIDDEN'
  /** The value is not one that can be used. */
  | 'INVALID'
  /** The viewer has as many as allowed. */
  | 'LIMIT_REACHED'
  /** The export has already ended. */
  | 'NOT_CANCELABLE'
  /** There is nothing of this id that the viewer may see. */
  | 'NOT_FOUND'
  /** The text is too long. */
  | 'TOO_LONG';

export type AnnotationsQueryVariables = Exact<{
  filter: CampaignAnalyticsFilter;
}>;


export type AnnotationsQuery = { campaignAnalytics: { annotations: { totalCount: number, nodes: Array<{ id: string, kind: AnnotationKind, on: string, until: string | null, startsAt: string, endsAt: string | null, from: string | null, to: string | null, reason: string | null, effectiveAt: string | null, text: string | null, authorName: string | null, deletable: boolean, template: { id: string, name: string } | null, department: { id: string, name: string } | null }> } } | null };

export type AnnotationFragment = { id: string, kind: AnnotationKind, on: string, until: string | null, startsAt: string, endsAt: string | null, from: string | null, to: string | null, reason: string | null, effectiveAt: string | null, text: string | null, authorName: string | null, deletable: boolean, template: { id: string, name: string } | null, department: { id: string, name: string } | null };

export type AnnotatedDepartmentsQueryVariables = Exact<{ [key: string]: never; }>;


export type AnnotatedDepartmentsQuery = { departments: { nodes: Array<{ id: string, name: string }> } | null };

export type CreateAnnotationMutationVariables = Exact<{
  input: CreateAnnotationInput;
}>;


export type CreateAnnotationMutation = { createAnnotation: { annotation: { id: string } | null, userErrors: Array<{ code: UserErrorCode }> } | null };

export type DeleteAnnotationMutationVariables = Exact<{
  input: DeleteAnnotationInput;
}>;


export type DeleteAnnotationMutation = { deleteAnnotation: { deletedId: string | null, userErrors: Array<{ code: UserErrorCode }> } | null };

export type UsedCategoriesQueryVariables = Exact<{
  filter: CampaignAnalyticsFilter;
}>;


export type UsedCategoriesQuery = { campaignAnalytics: { rows: { nodes: Array<{ category: TemplateCategory, funnel: { messages: number } }> } } | null };

export type UsedLanguagesQueryVariables = Exact<{
  filter: CampaignAnalyticsFilter;
  first: number;
}>;


export type UsedLanguagesQuery = { campaignAnalytics: { rows: { pageInfo: { hasNextPage: boolean }, nodes: Array<{ template: { id: string, language: string | null }, funnel: { messages: number } }> } } | null };

export type AccountOptionsQueryVariables = Exact<{
  search?: string | null | undefined;
  first: number;
}>;


export type AccountOptionsQuery = { options: { totalCount: number, nodes: Array<{ id: string, name: string }> } | null };

export type AgentOptionsQueryVariables = Exact<{
  search?: string | null | undefined;
  first: number;
}>;


export type AgentOptionsQuery = { options: { totalCount: number, nodes: Array<{ id: string, name: string }> } | null };

export type DepartmentOptionsQueryVariables = Exact<{
  search?: string | null | undefined;
  first: number;
}>;


export type DepartmentOptionsQuery = { options: { totalCount: number, nodes: Array<{ id: string, name: string }> } | null };

export type TemplateOptionsQueryVariables = Exact<{
  search?: string | null | undefined;
  first: number;
}>;


export type TemplateOptionsQuery = { options: { totalCount: number, nodes: Array<{ id: string, name: string }> } | null };

export type UsedAccountsQueryVariables = Exact<{
  filter: CampaignAnalyticsFilter;
  first: number;
}>;


export type UsedAccountsQuery = { all: { totalCount: number } | null, campaignAnalytics: { rows: { pageInfo: { hasNextPage: boolean }, nodes: Array<{ value: { id: string, name: string }, funnel: { messages: number } }> } } | null };

export type UsedAgentsQueryVariables = Exact<{
  filter: CampaignAnalyticsFilter;
  first: number;
}>;


export type UsedAgentsQuery = { all: { totalCount: number } | null, campaignAnalytics: { rows: { pageInfo: { hasNextPage: boolean }, nodes: Array<{ value: { id: string, name: string, active: boolean }, funnel: { messages: number } }> } } | null };

export type UsedDepartmentsQueryVariables = Exact<{
  filter: CampaignAnalyticsFilter;
  first: number;
}>;


export type UsedDepartmentsQuery = { all: { totalCount: number } | null, campaignAnalytics: { rows: { pageInfo: { hasNextPage: boolean }, nodes: Array<{ value: { id: string, name: string, active: boolean }, funnel: { messages: number } }> } } | null };

export type UsedTemplatesQueryVariables = Exact<{
  filter: CampaignAnalyticsFilter;
  first: number;
}>;


export type UsedTemplatesQuery = { all: { totalCount: number } | null, campaignAnalytics: { rows: { pageInfo: { hasNextPage: boolean }, nodes: Array<{ value: { id: string, name: string, active: boolean }, funnel: { messages: number } }> } } | null };

export type BounceReasonsQueryVariables = Exact<{
  filter: CampaignAnalyticsFilter;
}>;


export type BounceReasonsQuery = { campaignAnalytics: { bounceReasons: Array<{ code: number | null, title: string, count: number, share: number }> } | null };

export type MessagesQueryVariables = Exact<{
  filter: CampaignAnalyticsFilter;
  where: MessageWhere;
  orderBy: MessageOrder;
  first: number;
  after?: string | null | undefined;
  templates: Array<string> | string;
  accounts: Array<string> | string;
  departments: Array<string> | string;
  agents: Array<string> | string;
}>;


export type MessagesQuery = { templates: { nodes: Array<{ id: string, name: string }> } | null, accounts: { nodes: Array<{ id: string, name: string }> } | null, departments: { nodes: Array<{ id: string, name: string }> } | null, agents: { nodes: Array<{ id: string, name: string }> } | null, campaignAnalytics: { messages: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ id: string, sentAt: string, status: MessageStatus, templateCategory: TemplateCategory, acceptedAt: string | null, deliveredAt: string | null, readAt: string | null, failedAt: string | null, mayStillChange: boolean, template: { id: string, name: string }, department: { id: string, name: string }, agent: { id: string, name: string }, account: { id: string, name: string, phone: string }, recipient: { phone: string | null, id: string | null }, ticket: { id: string | null, key: string | null, created: boolean } | null, bounce: { code: number | null, title: string } | null, reply: { at: string, kind: ReplyKind, text: string | null, button: string | null, rule: ReplyRule | null, responseTime: number } | null }> } } | null };

export type ListedMessageFragment = { id: string, sentAt: string, status: MessageStatus, templateCategory: TemplateCategory, acceptedAt: string | null, deliveredAt: string | null, readAt: string | null, failedAt: string | null, mayStillChange: boolean, template: { id: string, name: string }, department: { id: string, name: string }, agent: { id: string, name: string }, account: { id: string, name: string, phone: string }, recipient: { phone: string | null, id: string | null }, ticket: { id: string | null, key: string | null, created: boolean } | null, bounce: { code: number | null, title: string } | null, reply: { at: string, kind: ReplyKind, text: string | null, button: string | null, rule: ReplyRule | null, responseTime: number } | null };

export type MessagesByQueryVariables = Exact<{
  filter: CampaignAnalyticsFilter;
  where: MessageWhere;
  dimension: MessageDimension;
  first: number;
}>;


export type MessagesByQuery = { campaignAnalytics: { messagesBy: { totalCount: number, nodes: Array<{ id: string, name: string, messages: number }> } } | null };

export type AnswersQueryVariables = Exact<{
  filter: CampaignAnalyticsFilter;
  first: number;
}>;


export type AnswersQuery = { campaignAnalytics: { byAnswer: { totalCount: number, nodes: Array<{ kind: ReplyKind, label: string | null, payload: string | null, messages: number, share: number | null, medianResponseTime: number | null, replies: number }> } } | null };

export type AnswerRowFragment = { kind: ReplyKind, label: string | null, payload: string | null, messages: number, share: number | null, medianResponseTime: number | null, replies: number };

export type SendTimesQueryVariables = Exact<{
  filter: CampaignAnalyticsFilter;
}>;


export type SendTimesQuery = { campaignAnalytics: { sendTimes: Array<{ weekday: number, hour: number, delivered: number, responded: number, rate: number | null, typicalResponseTime: number | null, interval: { low: number, high: number } | null }>, sendTimeBlocks: Array<{ fromHour: number, toHour: number, delivered: number, responded: number, rate: number | null, comparable: boolean, best: boolean, interval: { low: number, high: number } | null }> } | null };

export type SendTimeBlockFragment = { fromHour: number, toHour: number, delivered: number, responded: number, rate: number | null, comparable: boolean, best: boolean, interval: { low: number, high: number } | null };

export type SeriesQueryVariables = Exact<{
  filter: CampaignAnalyticsFilter;
  granularity: Granularity;
}>;


export type SeriesQuery = { campaignAnalytics: { timeSeries: Array<{ startsAt: string, on: string, funnel: { messages: number, sent: { count: number, rate: number | null }, bounced: { count: number, rate: number | null }, delivered: { count: number, rate: number | null }, read: { count: number, rate: number | null }, responded: { count: number, rate: number | null } } }> } | null };

export type EarlierSeriesQueryVariables = Exact<{
  filter: CampaignAnalyticsFilter;
  granularity: Granularity;
  comparison: Comparison;
}>;


export type EarlierSeriesQuery = { campaignAnalytics: { previousPeriod: { timeSeries: Array<{ startsAt: string, on: string, funnel: { messages: number, sent: { count: number, rate: number | null }, bounced: { count: number, rate: number | null }, delivered: { count: number, rate: number | null }, read: { count: number, rate: number | null }, responded: { count: number, rate: number | null } } }> } | null } | null };

export type PointFragment = { startsAt: string, on: string, funnel: { messages: number, sent: { count: number, rate: number | null }, bounced: { count: number, rate: number | null }, delivered: { count: number, rate: number | null }, read: { count: number, rate: number | null }, responded: { count: number, rate: number | null } } };

export type TemplateHealthQueryVariables = Exact<{
  filter: CampaignAnalyticsFilter;
}>;


export type TemplateHealthQuery = { campaignAnalytics: { byTemplate: { nodes: Array<{ template: { id: string }, health: { quality: TemplateQuality | null, status: TemplateStatus | null, history: Array<{ at: string, kind: TemplateChangeKind, from: string | null, to: string, reason: string | null, effectiveAt: string | null }> } }> } } | null };

export type HealthFragment = { quality: TemplateQuality | null, status: TemplateStatus | null, history: Array<{ at: string, kind: TemplateChangeKind, from: string | null, to: string, reason: string | null, effectiveAt: string | null }> };

export type AgentTotalsQueryVariables = Exact<{
  filter: CampaignAnalyticsFilter;
  orderBy?: PerformanceOrder | null | undefined;
  first: number;
  after?: string | null | undefined;
  median: boolean;
  trend: boolean;
  granularity: DayGranularity;
}>;


export type AgentTotalsQuery = { campaignAnalytics: { rows: { totalCount: number, nodes: Array<{ messagesOverTime?: Array<number>, responseTime?: { median: number | null }, agent: { id: string, name: string, email: string | null, active: boolean }, departments: Array<{ id: string, name: string }>, funnel: { messages: number, tickets: number, sent: { count: number }, bounced: { count: number, base: number, rate: number | null }, delivered: { count: number, base: number, rate: number | null }, read: { count: number, base: number, rate: number | null }, responded: { count: number, base: number, rate: number | null } } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type AgentsQueryVariables = Exact<{
  filter: CampaignAnalyticsFilter;
  orderBy?: PerformanceOrder | null | undefined;
  first: number;
  after?: string | null | undefined;
  median: boolean;
  trend: boolean;
  granularity: DayGranularity;
}>;


export type AgentsQuery = { campaignAnalytics: { rows: { totalCount: number, nodes: Array<{ messagesOverTime?: Array<number>, responseTime?: { median: number | null }, agent: { id: string, name: string, email: string | null, active: boolean }, department: { id: string, name: string, active: boolean }, funnel: { messages: number, tickets: number, sent: { count: number }, bounced: { count: number, base: number, rate: number | null }, delivered: { count: number, base: number, rate: number | null }, read: { count: number, base: number, rate: number | null }, responded: { count: number, base: number, rate: number | null } } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type DepartmentsQueryVariables = Exact<{
  filter: CampaignAnalyticsFilter;
  orderBy?: PerformanceOrder | null | undefined;
  first: number;
  after?: string | null | undefined;
  median: boolean;
  trend: boolean;
  granularity: DayGranularity;
}>;


export type DepartmentsQuery = { campaignAnalytics: { rows: { totalCount: number, nodes: Array<{ messagesOverTime?: Array<number>, responseTime?: { median: number | null }, department: { id: string, name: string, active: boolean }, funnel: { messages: number, tickets: number, sent: { count: number }, bounced: { count: number, base: number, rate: number | null }, delivered: { count: number, base: number, rate: number | null }, read: { count: number, base: number, rate: number | null }, responded: { count: number, base: number, rate: number | null } } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type TemplatesQueryVariables = Exact<{
  filter: CampaignAnalyticsFilter;
  orderBy?: PerformanceOrder | null | undefined;
  first: number;
  after?: string | null | undefined;
  median: boolean;
  trend: boolean;
  granularity: DayGranularity;
}>;


export type TemplatesQuery = { campaignAnalytics: { rows: { totalCount: number, nodes: Array<{ messagesOverTime?: Array<number>, responseTime?: { median: number | null }, template: { id: string, name: string, category: TemplateCategory, active: boolean }, departments: Array<{ id: string, name: string }>, funnel: { messages: number, tickets: number, sent: { count: number }, bounced: { count: number, base: number, rate: number | null }, delivered: { count: number, base: number, rate: number | null }, read: { count: number, base: number, rate: number | null }, responded: { count: number, base: number, rate: number | null } } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type AccountsQueryVariables = Exact<{
  filter: CampaignAnalyticsFilter;
  orderBy?: PerformanceOrder | null | undefined;
  first: number;
  after?: string | null | undefined;
  median: boolean;
  trend: boolean;
  granularity: DayGranularity;
}>;


export type AccountsQuery = { campaignAnalytics: { rows: { totalCount: number, nodes: Array<{ messagesOverTime?: Array<number>, responseTime?: { median: number | null }, account: { id: string, name: string }, funnel: { messages: number, tickets: number, sent: { count: number }, bounced: { count: number, base: number, rate: number | null }, delivered: { count: number, base: number, rate: number | null }, read: { count: number, base: number, rate: number | null }, responded: { count: number, base: number, rate: number | null } } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type CategoriesQueryVariables = Exact<{
  filter: CampaignAnalyticsFilter;
  orderBy?: PerformanceOrder | null | undefined;
  first: number;
  after?: string | null | undefined;
}>;


export type CategoriesQuery = { campaignAnalytics: { rows: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ category: TemplateCategory, funnel: { messages: number, tickets: number, sent: { count: number }, bounced: { count: number, base: number, rate: number | null }, delivered: { count: number, base: number, rate: number | null }, read: { count: number, base: number, rate: number | null }, responded: { count: number, base: number, rate: number | null } } }> } } | null };

export type EarlierAgentTotalsQueryVariables = Exact<{
  filter: CampaignAnalyticsFilter;
  comparison: Comparison;
  first: number;
  after?: string | null | undefined;
}>;


export type EarlierAgentTotalsQuery = { campaignAnalytics: { previousPeriod: { rows: { pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ agent: { id: string }, funnel: { messages: number, tickets: number, sent: { count: number }, bounced: { count: number, base: number, rate: number | null }, delivered: { count: number, base: number, rate: number | null }, read: { count: number, base: number, rate: number | null }, responded: { count: number, base: number, rate: number | null } } }> } } | null } | null };

export type EarlierAgentsQueryVariables = Exact<{
  filter: CampaignAnalyticsFilter;
  comparison: Comparison;
  first: number;
  after?: string | null | undefined;
}>;


export type EarlierAgentsQuery = { campaignAnalytics: { previousPeriod: { rows: { pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ agent: { id: string }, department: { id: string }, funnel: { messages: number, tickets: number, sent: { count: number }, bounced: { count: number, base: number, rate: number | null }, delivered: { count: number, base: number, rate: number | null }, read: { count: number, base: number, rate: number | null }, responded: { count: number, base: number, rate: number | null } } }> } } | null } | null };

export type EarlierDepartmentsQueryVariables = Exact<{
  filter: CampaignAnalyticsFilter;
  comparison: Comparison;
  first: number;
  after?: string | null | undefined;
}>;


export type EarlierDepartmentsQuery = { campaignAnalytics: { previousPeriod: { rows: { pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ department: { id: string }, funnel: { messages: number, tickets: number, sent: { count: number }, bounced: { count: number, base: number, rate: number | null }, delivered: { count: number, base: number, rate: number | null }, read: { count: number, base: number, rate: number | null }, responded: { count: number, base: number, rate: number | null } } }> } } | null } | null };

export type EarlierTemplatesQueryVariables = Exact<{
  filter: CampaignAnalyticsFilter;
  comparison: Comparison;
  first: number;
  after?: string | null | undefined;
}>;


export type EarlierTemplatesQuery = { campaignAnalytics: { previousPeriod: { rows: { pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ template: { id: string }, funnel: { messages: number, tickets: number, sent: { count: number }, bounced: { count: number, base: number, rate: number | null }, delivered: { count: number, base: number, rate: number | null }, read: { count: number, base: number, rate: number | null }, responded: { count: number, base: number, rate: number | null } } }> } } | null } | null };

export type EarlierAccountsQueryVariables = Exact<{
  filter: CampaignAnalyticsFilter;
  comparison: Comparison;
  first: number;
  after?: string | null | undefined;
}>;


export type EarlierAccountsQuery = { campaignAnalytics: { previousPeriod: { rows: { pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ account: { id: string }, funnel: { messages: number, tickets: number, sent: { count: number }, bounced: { count: number, base: number, rate: number | null }, delivered: { count: number, base: number, rate: number | null }, read: { count: number, base: number, rate: number | null }, responded: { count: number, base: number, rate: number | null } } }> } } | null } | null };

export type EarlierCategoriesQueryVariables = Exact<{
  filter: CampaignAnalyticsFilter;
  comparison: Comparison;
  first: number;
  after?: string | null | undefined;
}>;


export type EarlierCategoriesQuery = { campaignAnalytics: { previousPeriod: { rows: { pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ category: TemplateCategory, funnel: { messages: number, tickets: number, sent: { count: number }, bounced: { count: number, base: number, rate: number | null }, delivered: { count: number, base: number, rate: number | null }, read: { count: number, base: number, rate: number | null }, responded: { count: number, base: number, rate: number | null } } }> } } | null } | null };

export type ActiveAgentsQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type ActiveAgentsQuery = { agents: { pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ id: string, name: string, email: string | null, active: boolean }> } | null };

export type AgentTotalRowsFragment = { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ agent: { id: string, name: string, email: string | null, active: boolean }, departments: Array<{ id: string, name: string }>, funnel: { messages: number, tickets: number, sent: { count: number }, bounced: { count: number, base: number, rate: number | null }, delivered: { count: number, base: number, rate: number | null }, read: { count: number, base: number, rate: number | null }, responded: { count: number, base: number, rate: number | null } } }> };

export type AgentRowsFragment = { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ agent: { id: string, name: string, email: string | null, active: boolean }, department: { id: string, name: string, active: boolean }, funnel: { messages: number, tickets: number, sent: { count: number }, bounced: { count: number, base: number, rate: number | null }, delivered: { count: number, base: number, rate: number | null }, read: { count: number, base: number, rate: number | null }, responded: { count: number, base: number, rate: number | null } } }> };

export type DepartmentRowsFragment = { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ department: { id: string, name: string, active: boolean }, funnel: { messages: number, tickets: number, sent: { count: number }, bounced: { count: number, base: number, rate: number | null }, delivered: { count: number, base: number, rate: number | null }, read: { count: number, base: number, rate: number | null }, responded: { count: number, base: number, rate: number | null } } }> };

export type TemplateRowsFragment = { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ template: { id: string, name: string, category: TemplateCategory, active: boolean }, departments: Array<{ id: string, name: string }>, funnel: { messages: number, tickets: number, sent: { count: number }, bounced: { count: number, base: number, rate: number | null }, delivered: { count: number, base: number, rate: number | null }, read: { count: number, base: number, rate: number | null }, responded: { count: number, base: number, rate: number | null } } }> };

export type AccountRowsFragment = { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ account: { id: string, name: string }, funnel: { messages: number, tickets: number, sent: { count: number }, bounced: { count: number, base: number, rate: number | null }, delivered: { count: number, base: number, rate: number | null }, read: { count: number, base: number, rate: number | null }, responded: { count: number, base: number, rate: number | null } } }> };

export type CategoryRowsFragment = { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ category: TemplateCategory, funnel: { messages: number, tickets: number, sent: { count: number }, bounced: { count: number, base: number, rate: number | null }, delivered: { count: number, base: number, rate: number | null }, read: { count: number, base: number, rate: number | null }, responded: { count: number, base: number, rate: number | null } } }> };

export type RowFunnelFragment = { messages: number, tickets: number, sent: { count: number }, bounced: { count: number, base: number, rate: number | null }, delivered: { count: number, base: number, rate: number | null }, read: { count: number, base: number, rate: number | null }, responded: { count: number, base: number, rate: number | null } };

export type ShareFragment = { count: number, base: number, rate: number | null };

export type ViewQueryVariables = Exact<{
  filter: CampaignAnalyticsFilter;
  granularity: Granularity;
  comparison: Comparison;
  compares: boolean;
  first: number;
  templates: Array<string> | string;
  accounts: Array<string> | string;
  departments: Array<string> | string;
  agents: Array<string> | string;
  names: number;
}>;


export type ViewQuery = { templates: { nodes: Array<{ id: string, name: string }> } | null, accounts: { nodes: Array<{ id: string, name: string }> } | null, departments: { nodes: Array<{ id: string, name: string }> } | null, agents: { nodes: Array<{ id: string, name: string }> } | null, campaignAnalytics: { period: { from: string, to: string, timeZone: string }, funnel: { messages: number, tickets: number, sent: { count: number, tickets: number, base: number, rate: number | null }, bounced: { count: number, tickets: number, base: number, rate: number | null }, pending: { count: number, tickets: number, base: number, rate: number | null }, delivered: { count: number, tickets: number, base: number, rate: number | null }, read: { count: number, tickets: number, base: number, rate: number | null }, responded: { count: number, tickets: number, base: number, rate: number | null } }, previousPeriod?: { period: { from: string, to: string }, coverage: { complete: boolean, firstMessageOn: string | null, comparedUntil: string | null }, funnel: { messages: number, tickets: number, sent: { count: number, tickets: number, base: number, rate: number | null }, bounced: { count: number, tickets: number, base: number, rate: number | null }, pending: { count: number, tickets: number, base: number, rate: number | null }, delivered: { count: number, tickets: number, base: number, rate: number | null }, read: { count: number, tickets: number, base: number, rate: number | null }, responded: { count: number, tickets: number, base: number, rate: number | null } }, responseTime: { responses: number, median: number | null, p90: number | null } } | null, maturing: { messages: number, until: string | null }, responseTime: { responses: number, median: number | null, p90: number | null }, responsesByHour: Array<{ hour: number, responses: number }>, responseHeatmap: Array<{ weekday: number, hour: number, responses: number }>, timeSeries: Array<{ startsAt: string, on: string, funnel: { messages: number, sent: { count: number, rate: number | null }, bounced: { count: number, rate: number | null }, delivered: { count: number, rate: number | null }, read: { count: number, rate: number | null }, responded: { count: number, rate: number | null } } }>, byAgentTotal: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ agent: { id: string, name: string, email: string | null, active: boolean }, departments: Array<{ id: string, name: string }>, funnel: { messages: number, tickets: number, sent: { count: number }, bounced: { count: number, base: number, rate: number | null }, delivered: { count: number, base: number, rate: number | null }, read: { count: number, base: number, rate: number | null }, responded: { count: number, base: number, rate: number | null } } }> }, byDepartment: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ department: { id: string, name: string, active: boolean }, funnel: { messages: number, tickets: number, sent: { count: number }, bounced: { count: number, base: number, rate: number | null }, delivered: { count: number, base: number, rate: number | null }, read: { count: number, base: number, rate: number | null }, responded: { count: number, base: number, rate: number | null } } }> }, byTemplate: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ template: { id: string, name: string, category: TemplateCategory, active: boolean }, departments: Array<{ id: string, name: string }>, funnel: { messages: number, tickets: number, sent: { count: number }, bounced: { count: number, base: number, rate: number | null }, delivered: { count: number, base: number, rate: number | null }, read: { count: number, base: number, rate: number | null }, responded: { count: number, base: number, rate: number | null } } }> } } | null };

export type StepFragment = { count: number, tickets: number, base: number, rate: number | null };

export type StepsFragment = { messages: number, tickets: number, sent: { count: number, tickets: number, base: number, rate: number | null }, bounced: { count: number, tickets: number, base: number, rate: number | null }, pending: { count: number, tickets: number, base: number, rate: number | null }, delivered: { count: number, tickets: number, base: number, rate: number | null }, read: { count: number, tickets: number, base: number, rate: number | null }, responded: { count: number, tickets: number, base: number, rate: number | null } };

export type TimesFragment = { responses: number, median: number | null, p90: number | null };

export type ExportsQueryVariables = Exact<{
  status?: Array<ExportStatus> | ExportStatus | null | undefined;
  first: number;
  after?: string | null | undefined;
}>;


export type ExportsQuery = { exports: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ id: string, name: string, format: ExportFormat, locale: Locale, columns: Array<ExportColumn>, separator: CsvSeparator | null, status: ExportStatus, rowsTotal: number | null, rowsWritten: number, progress: number | null, createdAt: string, finishedAt: string | null, expiresAt: string | null, fileSize: number | null, filter: { templateIds: Array<string> | null, accountIds: Array<string> | null, departmentIds: Array<string> | null, agentIds: Array<string> | null, excludeTemplateIds: Array<string> | null, excludeAccountIds: Array<string> | null, excludeDepartmentIds: Array<string> | null, excludeAgentIds: Array<string> | null, categories: Array<TemplateCategory> | null, languages: Array<string> | null, period: { from: string, to: string }, where: { step: FunnelStepName | null, reached: boolean, createdTicket: boolean | null, bounceCodes: Array<number | null> | null, replyKinds: Array<ReplyKind> | null, button: string | null, text: string | null, repliedAt: { weekday: number | null, hour: number | null } | null } | null }, requestedBy: { id: string, name: string | null, email: string | null }, failure: { code: ExportFailureCode, message: string } | null }> } | null };

export type ExportNamesQueryVariables = Exact<{
  templates: Array<string> | string;
  accounts: Array<string> | string;
  departments: Array<string> | string;
  agents: Array<string> | string;
  first: number;
}>;


export type ExportNamesQuery = { templates: { nodes: Array<{ id: string, name: string }> } | null, accounts: { nodes: Array<{ id: string, name: string }> } | null, departments: { nodes: Array<{ id: string, name: string }> } | null, agents: { nodes: Array<{ id: string, name: string }> } | null };

export type ExportStateQueryVariables = Exact<{
  id: string;
}>;


export type ExportStateQuery = { export: { id: string, name: string, format: ExportFormat, locale: Locale, columns: Array<ExportColumn>, separator: CsvSeparator | null, status: ExportStatus, rowsTotal: number | null, rowsWritten: number, progress: number | null, createdAt: string, finishedAt: string | null, expiresAt: string | null, fileSize: number | null, filter: { templateIds: Array<string> | null, accountIds: Array<string> | null, departmentIds: Array<string> | null, agentIds: Array<string> | null, excludeTemplateIds: Array<string> | null, excludeAccountIds: Array<string> | null, excludeDepartmentIds: Array<string> | null, excludeAgentIds: Array<string> | null, categories: Array<TemplateCategory> | null, languages: Array<string> | null, period: { from: string, to: string }, where: { step: FunnelStepName | null, reached: boolean, createdTicket: boolean | null, bounceCodes: Array<number | null> | null, replyKinds: Array<ReplyKind> | null, button: string | null, text: string | null, repliedAt: { weekday: number | null, hour: number | null } | null } | null }, requestedBy: { id: string, name: string | null, email: string | null }, failure: { code: ExportFailureCode, message: string } | null } | null };

export type DownloadLinkQueryVariables = Exact<{
  id: string;
}>;


export type DownloadLinkQuery = { export: { id: string, status: ExportStatus, downloadUrl: string | null } | null };

export type ExportUpdatedSubscriptionVariables = Exact<{
  id: string;
}>;


export type ExportUpdatedSubscription = { exportUpdated: { id: string, name: string, format: ExportFormat, locale: Locale, columns: Array<ExportColumn>, separator: CsvSeparator | null, status: ExportStatus, rowsTotal: number | null, rowsWritten: number, progress: number | null, createdAt: string, finishedAt: string | null, expiresAt: string | null, fileSize: number | null, filter: { templateIds: Array<string> | null, accountIds: Array<string> | null, departmentIds: Array<string> | null, agentIds: Array<string> | null, excludeTemplateIds: Array<string> | null, excludeAccountIds: Array<string> | null, excludeDepartmentIds: Array<string> | null, excludeAgentIds: Array<string> | null, categories: Array<TemplateCategory> | null, languages: Array<string> | null, period: { from: string, to: string }, where: { step: FunnelStepName | null, reached: boolean, createdTicket: boolean | null, bounceCodes: Array<number | null> | null, replyKinds: Array<ReplyKind> | null, button: string | null, text: string | null, repliedAt: { weekday: number | null, hour: number | null } | null } | null }, requestedBy: { id: string, name: string | null, email: string | null }, failure: { code: ExportFailureCode, message: string } | null } };

export type CreateExportMutationVariables = Exact<{
  input: CreateExportInput;
}>;


export type CreateExportMutation = { createExport: { export: { id: string, name: string, format: ExportFormat, locale: Locale, columns: Array<ExportColumn>, separator: CsvSeparator | null, status: ExportStatus, rowsTotal: number | null, rowsWritten: number, progress: number | null, createdAt: string, finishedAt: string | null, expiresAt: string | null, fileSize: number | null, filter: { templateIds: Array<string> | null, accountIds: Array<string> | null, departmentIds: Array<string> | null, agentIds: Array<string> | null, excludeTemplateIds: Array<string> | null, excludeAccountIds: Array<string> | null, excludeDepartmentIds: Array<string> | null, excludeAgentIds: Array<string> | null, categories: Array<TemplateCategory> | null, languages: Array<string> | null, period: { from: string, to: string }, where: { step: FunnelStepName | null, reached: boolean, createdTicket: boolean | null, bounceCodes: Array<number | null> | null, replyKinds: Array<ReplyKind> | null, button: string | null, text: string | null, repliedAt: { weekday: number | null, hour: number | null } | null } | null }, requestedBy: { id: string, name: string | null, email: string | null }, failure: { code: ExportFailureCode, message: string } | null } | null, userErrors: Array<{ field: Array<string>, code: UserErrorCode, message: string }> } | null };

export type CancelExportMutationVariables = Exact<{
  id: string;
}>;


export type CancelExportMutation = { cancelExport: { export: { id: string, name: string, format: ExportFormat, locale: Locale, columns: Array<ExportColumn>, separator: CsvSeparator | null, status: ExportStatus, rowsTotal: number | null, rowsWritten: number, progress: number | null, createdAt: string, finishedAt: string | null, expiresAt: string | null, fileSize: number | null, filter: { templateIds: Array<string> | null, accountIds: Array<string> | null, departmentIds: Array<string> | null, agentIds: Array<string> | null, excludeTemplateIds: Array<string> | null, excludeAccountIds: Array<string> | null, excludeDepartmentIds: Array<string> | null, excludeAgentIds: Array<string> | null, categories: Array<TemplateCategory> | null, languages: Array<string> | null, period: { from: string, to: string }, where: { step: FunnelStepName | null, reached: boolean, createdTicket: boolean | null, bounceCodes: Array<number | null> | null, replyKinds: Array<ReplyKind> | null, button: string | null, text: string | null, repliedAt: { weekday: number | null, hour: number | null } | null } | null }, requestedBy: { id: string, name: string | null, email: string | null }, failure: { code: ExportFailureCode, message: string } | null } | null, userErrors: Array<{ field: Array<string>, code: UserErrorCode, message: string }> } | null };

export type DeleteExportMutationVariables = Exact<{
  id: string;
}>;


export type DeleteExportMutation = { deleteExport: { export: { id: string } | null, userErrors: Array<{ field: Array<string>, code: UserErrorCode, message: string }> } | null };

export type ProblemFragment = { field: Array<string>, code: UserErrorCode, message: string };

export type ExportRowFragment = { id: string, name: string, format: ExportFormat, locale: Locale, columns: Array<ExportColumn>, separator: CsvSeparator | null, status: ExportStatus, rowsTotal: number | null, rowsWritten: number, progress: number | null, createdAt: string, finishedAt: string | null, expiresAt: string | null, fileSize: number | null, filter: { templateIds: Array<string> | null, accountIds: Array<string> | null, departmentIds: Array<string> | null, agentIds: Array<string> | null, excludeTemplateIds: Array<string> | null, excludeAccountIds: Array<string> | null, excludeDepartmentIds: Array<string> | null, excludeAgentIds: Array<string> | null, categories: Array<TemplateCategory> | null, languages: Array<string> | null, period: { from: string, to: string }, where: { step: FunnelStepName | null, reached: boolean, createdTicket: boolean | null, bounceCodes: Array<number | null> | null, replyKinds: Array<ReplyKind> | null, button: string | null, text: string | null, repliedAt: { weekday: number | null, hour: number | null } | null } | null }, requestedBy: { id: string, name: string | null, email: string | null }, failure: { code: ExportFailureCode, message: string } | null };

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { viewer: { id: string, name: string | null, email: string | null, role: Role, timeZone: string, phonesMasked: boolean, departments: Array<{ id: string, name: string }> | null } | null, limits: { rangeDays: number, seriesPoints: number, filterIds: number, searchLength: number, exportNameLength: number, firstDay: string, lastDay: string } | null };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const AnnotationFragmentDoc = new TypedDocumentString(`
    fragment Annotation on Annotation {
  id
  kind
  on
  until
  startsAt
  endsAt
  template {
    id
    name
  }
  from
  to
  reason
  effectiveAt
  text
  department {
    id
    name
  }
  authorName
  deletable
}
    `, {"fragmentName":"Annotation"}) as unknown as TypedDocumentString<AnnotationFragment, unknown>;
export const ListedMessageFragmentDoc = new TypedDocumentString(`
    fragment ListedMessage on Message {
  id
  sentAt
  status
  template {
    id
    name
  }
  templateCategory
  department {
    id
    name
  }
  agent {
    id
    name
  }
  account {
    id
    name
    phone
  }
  recipient {
    phone
    id
  }
  ticket {
    id
    key
    created
  }
  acceptedAt
  deliveredAt
  readAt
  failedAt
  bounce {
    code
    title
  }
  reply {
    at
    kind
    text
    button
    rule
    responseTime
  }
  mayStillChange
}
    `, {"fragmentName":"ListedMessage"}) as unknown as TypedDocumentString<ListedMessageFragment, unknown>;
export const AnswerRowFragmentDoc = new TypedDocumentString(`
    fragment AnswerRow on Answer {
  kind
  label
  payload
  messages
  share
  medianResponseTime
  replies
}
    `, {"fragmentName":"AnswerRow"}) as unknown as TypedDocumentString<AnswerRowFragment, unknown>;
export const SendTimeBlockFragmentDoc = new TypedDocumentString(`
    fragment SendTimeBlock on SendTimeBlock {
  fromHour
  toHour
  delivered
  responded
  rate
  interval {
    low
    high
  }
  comparable
  best
}
    `, {"fragmentName":"SendTimeBlock"}) as unknown as TypedDocumentString<SendTimeBlockFragment, unknown>;
export const PointFragmentDoc = new TypedDocumentString(`
    fragment Point on TimeSeriesPoint {
  startsAt
  on
  funnel {
    messages
    sent {
      count
      rate
    }
    bounced {
      count
      rate
    }
    delivered {
      count
      rate
    }
    read {
      count
      rate
    }
    responded {
      count
      rate
    }
  }
}
    `, {"fragmentName":"Point"}) as unknown as TypedDocumentString<PointFragment, unknown>;
export const HealthFragmentDoc = new TypedDocumentString(`
    fragment Health on TemplateHealth {
  quality
  status
  history {
    at
    kind
    from
    to
    reason
    effectiveAt
  }
}
    `, {"fragmentName":"Health"}) as unknown as TypedDocumentString<HealthFragment, unknown>;
export const ShareFragmentDoc = new TypedDocumentString(`
    fragment Share on FunnelStep {
  count
  base
  rate
}
    `, {"fragmentName":"Share"}) as unknown as TypedDocumentString<ShareFragment, unknown>;
export const RowFunnelFragmentDoc = new TypedDocumentString(`
    fragment RowFunnel on Funnel {
  messages
  tickets
  sent {
    count
  }
  bounced {
    ...Share
  }
  delivered {
    ...Share
  }
  read {
    ...Share
  }
  responded {
    ...Share
  }
}
    fragment Share on FunnelStep {
  count
  base
  rate
}`, {"fragmentName":"RowFunnel"}) as unknown as TypedDocumentString<RowFunnelFragment, unknown>;
export const AgentTotalRowsFragmentDoc = new TypedDocumentString(`
    fragment AgentTotalRows on AgentTotalPerformanceConnection {
  totalCount
  pageInfo {
    hasNextPage
    endCursor
  }
  nodes {
    agent {
      id
      name
      email
      active
    }
    departments {
      id
      name
    }
    funnel {
      ...RowFunnel
    }
  }
}
    fragment RowFunnel on Funnel {
  messages
  tickets
  sent {
    count
  }
  bounced {
    ...Share
  }
  delivered {
    ...Share
  }
  read {
    ...Share
  }
  responded {
    ...Share
  }
}
fragment Share on FunnelStep {
  count
  base
  rate
}`, {"fragmentName":"AgentTotalRows"}) as unknown as TypedDocumentString<AgentTotalRowsFragment, unknown>;
export const AgentRowsFragmentDoc = new TypedDocumentString(`
    fragment AgentRows on AgentPerformanceConnection {
  totalCount
  pageInfo {
    hasNextPage
    endCursor
  }
  nodes {
    agent {
      id
      name
      email
      active
    }
    department {
      id
      name
      active
    }
    funnel {
      ...RowFunnel
    }
  }
}
    fragment RowFunnel on Funnel {
  messages
  tickets
  sent {
    count
  }
  bounced {
    ...Share
  }
  delivered {
    ...Share
  }
  read {
    ...Share
  }
  responded {
    ...Share
  }
}
fragment Share on FunnelStep {
  count
  base
  rate
}`, {"fragmentName":"AgentRows"}) as unknown as TypedDocumentString<AgentRowsFragment, unknown>;
export const DepartmentRowsFragmentDoc = new TypedDocumentString(`
    fragment DepartmentRows on DepartmentPerformanceConnection {
  totalCount
  pageInfo {
    hasNextPage
    endCursor
  }
  nodes {
    department {
      id
      name
      active
    }
    funnel {
      ...RowFunnel
    }
  }
}
    fragment RowFunnel on Funnel {
  messages
  tickets
  sent {
    count
  }
  bounced {
    ...Share
  }
  delivered {
    ...Share
  }
  read {
    ...Share
  }
  responded {
    ...Share
  }
}
fragment Share on FunnelStep {
  count
  base
  rate
}`, {"fragmentName":"DepartmentRows"}) as unknown as TypedDocumentString<DepartmentRowsFragment, unknown>;
export const TemplateRowsFragmentDoc = new TypedDocumentString(`
    fragment TemplateRows on TemplatePerformanceConnection {
  totalCount
  pageInfo {
    hasNextPage
    endCursor
  }
  nodes {
    template {
      id
      name
      category
      active
    }
    departments {
      id
      name
    }
    funnel {
      ...RowFunnel
    }
  }
}
    fragment RowFunnel on Funnel {
  messages
  tickets
  sent {
    count
  }
  bounced {
    ...Share
  }
  delivered {
    ...Share
  }
  read {
    ...Share
  }
  responded {
    ...Share
  }
}
fragment Share on FunnelStep {
  count
  base
  rate
}`, {"fragmentName":"TemplateRows"}) as unknown as TypedDocumentString<TemplateRowsFragment, unknown>;
export const AccountRowsFragmentDoc = new TypedDocumentString(`
    fragment AccountRows on AccountPerformanceConnection {
  totalCount
  pageInfo {
    hasNextPage
    endCursor
  }
  nodes {
    account {
      id
      name
    }
    funnel {
      ...RowFunnel
    }
  }
}
    fragment RowFunnel on Funnel {
  messages
  tickets
  sent {
    count
  }
  bounced {
    ...Share
  }
  delivered {
    ...Share
  }
  read {
    ...Share
  }
  responded {
    ...Share
  }
}
fragment Share on FunnelStep {
  count
  base
  rate
}`, {"fragmentName":"AccountRows"}) as unknown as TypedDocumentString<AccountRowsFragment, unknown>;
export const CategoryRowsFragmentDoc = new TypedDocumentString(`
    fragment CategoryRows on CategoryPerformanceConnection {
  totalCount
  pageInfo {
    hasNextPage
    endCursor
  }
  nodes {
    category
    funnel {
      ...RowFunnel
    }
  }
}
    fragment RowFunnel on Funnel {
  messages
  tickets
  sent {
    count
  }
  bounced {
    ...Share
  }
  delivered {
    ...Share
  }
  read {
    ...Share
  }
  responded {
    ...Share
  }
}
fragment Share on FunnelStep {
  count
  base
  rate
}`, {"fragmentName":"CategoryRows"}) as unknown as TypedDocumentString<CategoryRowsFragment, unknown>;
export const StepFragmentDoc = new TypedDocumentString(`
    fragment Step on FunnelStep {
  count
  tickets
  base
  rate
}
    `, {"fragmentName":"Step"}) as unknown as TypedDocumentString<StepFragment, unknown>;
export const StepsFragmentDoc = new TypedDocumentString(`
    fragment Steps on Funnel {
  messages
  tickets
  sent {
    ...Step
  }
  bounced {
    ...Step
  }
  pending {
    ...Step
  }
  delivered {
    ...Step
  }
  read {
    ...Step
  }
  responded {
    ...Step
  }
}
    fragment Step on FunnelStep {
  count
  tickets
  base
  rate
}`, {"fragmentName":"Steps"}) as unknown as TypedDocumentString<StepsFragment, unknown>;
export const TimesFragmentDoc = new TypedDocumentString(`
    fragment Times on ResponseTime {
  responses
  median
  p90
}
    `, {"fragmentName":"Times"}) as unknown as TypedDocumentString<TimesFragment, unknown>;
export const ProblemFragmentDoc = new TypedDocumentString(`
    fragment Problem on UserError {
  field
  code
  message
}
    `, {"fragmentName":"Problem"}) as unknown as TypedDocumentString<ProblemFragment, unknown>;
export const ExportRowFragmentDoc = new TypedDocumentString(`
    fragment ExportRow on Export {
  id
  name
  format
  locale
  columns
  separator
  status
  filter {
    period {
      from
      to
    }
    where {
      step
      reached
      createdTicket
      bounceCodes
      repliedAt {
        weekday
        hour
      }
      replyKinds
      button
      text
    }
    templateIds
    accountIds
    departmentIds
    agentIds
    excludeTemplateIds
    excludeAccountIds
    excludeDepartmentIds
    excludeAgentIds
    categories
    languages
  }
  rowsTotal
  rowsWritten
  progress
  requestedBy {
    id
    name
    email
  }
  createdAt
  finishedAt
  expiresAt
  fileSize
  failure {
    code
    message
  }
}
    `, {"fragmentName":"ExportRow"}) as unknown as TypedDocumentString<ExportRowFragment, unknown>;
export const AnnotationsDocument = new TypedDocumentString(`
    query Annotations($filter: CampaignAnalyticsFilter!) {
  campaignAnalytics(filter: $filter) {
    annotations(first: 100) {
      totalCount
      nodes {
        ...Annotation
      }
    }
  }
}
    fragment Annotation on Annotation {
  id
  kind
  on
  until
  startsAt
  endsAt
  template {
    id
    name
  }
  from
  to
  reason
  effectiveAt
  text
  department {
    id
    name
  }
  authorName
  deletable
}`) as unknown as TypedDocumentString<AnnotationsQuery, AnnotationsQueryVariables>;
export const AnnotatedDepartmentsDocument = new TypedDocumentString(`
    query AnnotatedDepartments {
  departments(first: 200) {
    nodes {
      id
      name
    }
  }
}
    `) as unknown as TypedDocumentString<AnnotatedDepartmentsQuery, AnnotatedDepartmentsQueryVariables>;
export const CreateAnnotationDocument = new TypedDocumentString(`
    mutation CreateAnnotation($input: CreateAnnotationInput!) {
  createAnnotation(input: $input) {
    annotation {
      id
    }
    userErrors {
      code
    }
  }
}
    `) as unknown as TypedDocumentString<CreateAnnotationMutation, CreateAnnotationMutationVariables>;
export const DeleteAnnotationDocument = new TypedDocumentString(`
    mutation DeleteAnnotation($input: DeleteAnnotationInput!) {
  deleteAnnotation(input: $input) {
    deletedId
    userErrors {
      code
    }
  }
}
    `) as unknown as TypedDocumentString<DeleteAnnotationMutation, DeleteAnnotationMutationVariables>;
export const UsedCategoriesDocument = new TypedDocumentString(`
    query UsedCategories($filter: CampaignAnalyticsFilter!) {
  campaignAnalytics(filter: $filter) {
    rows: byCategory(first: 10, orderBy: {field: MESSAGES}) {
      nodes {
        category
        funnel {
          messages
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<UsedCategoriesQuery, UsedCategoriesQueryVariables>;
export const UsedLanguagesDocument = new TypedDocumentString(`
    query UsedLanguages($filter: CampaignAnalyticsFilter!, $first: Int!) {
  campaignAnalytics(filter: $filter) {
    rows: byTemplate(first: $first, orderBy: {field: MESSAGES}) {
      pageInfo {
        hasNextPage
      }
      nodes {
        template {
          id
          language
        }
        funnel {
          messages
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<UsedLanguagesQuery, UsedLanguagesQueryVariables>;
export const AccountOptionsDocument = new TypedDocumentString(`
    query AccountOptions($search: String, $first: Int!) {
  options: accounts(search: $search, first: $first) {
    totalCount
    nodes {
      id
      name
    }
  }
}
    `) as unknown as TypedDocumentString<AccountOptionsQuery, AccountOptionsQueryVariables>;
export const AgentOptionsDocument = new TypedDocumentString(`
    query AgentOptions($search: String, $first: Int!) {
  options: agents(search: $search, first: $first) {
    totalCount
    nodes {
      id
      name
    }
  }
}
    `) as unknown as TypedDocumentString<AgentOptionsQuery, AgentOptionsQueryVariables>;
export const DepartmentOptionsDocument = new TypedDocumentString(`
    query DepartmentOptions($search: String, $first: Int!) {
  options: departments(search: $search, first: $first) {
    totalCount
    nodes {
      id
      name
    }
  }
}
    `) as unknown as TypedDocumentString<DepartmentOptionsQuery, DepartmentOptionsQueryVariables>;
export const TemplateOptionsDocument = new TypedDocumentString(`
    query TemplateOptions($search: String, $first: Int!) {
  options: templates(search: $search, first: $first) {
    totalCount
    nodes {
      id
      name
    }
  }
}
    `) as unknown as TypedDocumentString<TemplateOptionsQuery, TemplateOptionsQueryVariables>;
export const UsedAccountsDocument = new TypedDocumentString(`
    query UsedAccounts($filter: CampaignAnalyticsFilter!, $first: Int!) {
  all: accounts(first: 1) {
    totalCount
  }
  campaignAnalytics(filter: $filter) {
    rows: byAccount(first: $first, orderBy: {field: MESSAGES}) {
      pageInfo {
        hasNextPage
      }
      nodes {
        value: account {
          id
          name
        }
        funnel {
          messages
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<UsedAccountsQuery, UsedAccountsQueryVariables>;
export const UsedAgentsDocument = new TypedDocumentString(`
    query UsedAgents($filter: CampaignAnalyticsFilter!, $first: Int!) {
  all: agents(first: 1) {
    totalCount
  }
  campaignAnalytics(filter: $filter) {
    rows: byAgent(first: $first, orderBy: {field: MESSAGES}) {
      pageInfo {
        hasNextPage
      }
      nodes {
        value: agent {
          id
          name
          active
        }
        funnel {
          messages
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<UsedAgentsQuery, UsedAgentsQueryVariables>;
export const UsedDepartmentsDocument = new TypedDocumentString(`
    query UsedDepartments($filter: CampaignAnalyticsFilter!, $first: Int!) {
  all: departments(first: 1) {
    totalCount
  }
  campaignAnalytics(filter: $filter) {
    rows: byDepartment(first: $first, orderBy: {field: MESSAGES}) {
      pageInfo {
        hasNextPage
      }
      nodes {
        value: department {
          id
          name
          active
        }
        funnel {
          messages
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<UsedDepartmentsQuery, UsedDepartmentsQueryVariables>;
export const UsedTemplatesDocument = new TypedDocumentString(`
    query UsedTemplates($filter: CampaignAnalyticsFilter!, $first: Int!) {
  all: templates(first: 1) {
    totalCount
  }
  campaignAnalytics(filter: $filter) {
    rows: byTemplate(first: $first, orderBy: {field: MESSAGES}) {
      pageInfo {
        hasNextPage
      }
      nodes {
        value: template {
          id
          name
          active
        }
        funnel {
          messages
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<UsedTemplatesQuery, UsedTemplatesQueryVariables>;
export const BounceReasonsDocument = new TypedDocumentString(`
    query BounceReasons($filter: CampaignAnalyticsFilter!) {
  campaignAnalytics(filter: $filter) {
    bounceReasons {
      code
      title
      count
      share
    }
  }
}
    `) as unknown as TypedDocumentString<BounceReasonsQuery, BounceReasonsQueryVariables>;
export const MessagesDocument = new TypedDocumentString(`
    query Messages($filter: CampaignAnalyticsFilter!, $where: MessageWhere!, $orderBy: MessageOrder!, $first: Int!, $after: String, $templates: [ID!]!, $accounts: [ID!]!, $departments: [ID!]!, $agents: [ID!]!) {
  templates(ids: $templates, first: 1) {
    nodes {
      id
      name
    }
  }
  accounts(ids: $accounts, first: 1) {
    nodes {
      id
      name
    }
  }
  departments(ids: $departments, first: 1) {
    nodes {
      id
      name
    }
  }
  agents(ids: $agents, first: 1) {
    nodes {
      id
      name
    }
  }
  campaignAnalytics(filter: $filter) {
    messages(where: $where, orderBy: $orderBy, first: $first, after: $after) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        ...ListedMessage
      }
    }
  }
}
    fragment ListedMessage on Message {
  id
  sentAt
  status
  template {
    id
    name
  }
  templateCategory
  department {
    id
    name
  }
  agent {
    id
    name
  }
  account {
    id
    name
    phone
  }
  recipient {
    phone
    id
  }
  ticket {
    id
    key
    created
  }
  acceptedAt
  deliveredAt
  readAt
  failedAt
  bounce {
    code
    title
  }
  reply {
    at
    kind
    text
    button
    rule
    responseTime
  }
  mayStillChange
}`) as unknown as TypedDocumentString<MessagesQuery, MessagesQueryVariables>;
export const MessagesByDocument = new TypedDocumentString(`
    query MessagesBy($filter: CampaignAnalyticsFilter!, $where: MessageWhere!, $dimension: MessageDimension!, $first: Int!) {
  campaignAnalytics(filter: $filter) {
    messagesBy(dimension: $dimension, where: $where, first: $first) {
      totalCount
      nodes {
        id
        name
        messages
      }
    }
  }
}
    `) as unknown as TypedDocumentString<MessagesByQuery, MessagesByQueryVariables>;
export const AnswersDocument = new TypedDocumentString(`
    query Answers($filter: CampaignAnalyticsFilter!, $first: Int!) {
  campaignAnalytics(filter: $filter) {
    byAnswer(first: $first) {
      totalCount
      nodes {
        ...AnswerRow
      }
    }
  }
}
    fragment AnswerRow on Answer {
  kind
  label
  payload
  messages
  share
  medianResponseTime
  replies
}`) as unknown as TypedDocumentString<AnswersQuery, AnswersQueryVariables>;
export const SendTimesDocument = new TypedDocumentString(`
    query SendTimes($filter: CampaignAnalyticsFilter!) {
  campaignAnalytics(filter: $filter) {
    sendTimes {
      weekday
      hour
      delivered
      responded
      rate
      interval {
        low
        high
      }
      typicalResponseTime
    }
    sendTimeBlocks {
      ...SendTimeBlock
    }
  }
}
    fragment SendTimeBlock on SendTimeBlock {
  fromHour
  toHour
  delivered
  responded
  rate
  interval {
    low
    high
  }
  comparable
  best
}`) as unknown as TypedDocumentString<SendTimesQuery, SendTimesQueryVariables>;
export const SeriesDocument = new TypedDocumentString(`
    query Series($filter: CampaignAnalyticsFilter!, $granularity: Granularity!) {
  campaignAnalytics(filter: $filter) {
    timeSeries(granularity: $granularity) {
      ...Point
    }
  }
}
    fragment Point on TimeSeriesPoint {
  startsAt
  on
  funnel {
    messages
    sent {
      count
      rate
    }
    bounced {
      count
      rate
    }
    delivered {
      count
      rate
    }
    read {
      count
      rate
    }
    responded {
      count
      rate
    }
  }
}`) as unknown as TypedDocumentString<SeriesQuery, SeriesQueryVariables>;
export const EarlierSeriesDocument = new TypedDocumentString(`
    query EarlierSeries($filter: CampaignAnalyticsFilter!, $granularity: Granularity!, $comparison: Comparison!) {
  campaignAnalytics(filter: $filter) {
    previousPeriod(comparison: $comparison) {
      timeSeries(granularity: $granularity) {
        ...Point
      }
    }
  }
}
    fragment Point on TimeSeriesPoint {
  startsAt
  on
  funnel {
    messages
    sent {
      count
      rate
    }
    bounced {
      count
      rate
    }
    delivered {
      count
      rate
    }
    read {
      count
      rate
    }
    responded {
      count
      rate
    }
  }
}`) as unknown as TypedDocumentString<EarlierSeriesQuery, EarlierSeriesQueryVariables>;
export const TemplateHealthDocument = new TypedDocumentString(`
    query TemplateHealth($filter: CampaignAnalyticsFilter!) {
  campaignAnalytics(filter: $filter) {
    byTemplate(first: 200, orderBy: {field: MESSAGES}) {
      nodes {
        template {
          id
        }
        health {
          ...Health
        }
      }
    }
  }
}
    fragment Health on TemplateHealth {
  quality
  status
  history {
    at
    kind
    from
    to
    reason
    effectiveAt
  }
}`) as unknown as TypedDocumentString<TemplateHealthQuery, TemplateHealthQueryVariables>;
export const AgentTotalsDocument = new TypedDocumentString(`
    query AgentTotals($filter: CampaignAnalyticsFilter!, $orderBy: PerformanceOrder, $first: Int!, $after: String, $median: Boolean!, $trend: Boolean!, $granularity: DayGranularity!) {
  campaignAnalytics(filter: $filter) {
    rows: byAgentTotal(orderBy: $orderBy, first: $first, after: $after) {
      ...AgentTotalRows
      nodes {
        responseTime @include(if: $median) {
          median
        }
        messagesOverTime(granularity: $granularity) @include(if: $trend)
      }
    }
  }
}
    fragment AgentTotalRows on AgentTotalPerformanceConnection {
  totalCount
  pageInfo {
    hasNextPage
    endCursor
  }
  nodes {
    agent {
      id
      name
      email
      active
    }
    departments {
      id
      name
    }
    funnel {
      ...RowFunnel
    }
  }
}
fragment RowFunnel on Funnel {
  messages
  tickets
  sent {
    count
  }
  bounced {
    ...Share
  }
  delivered {
    ...Share
  }
  read {
    ...Share
  }
  responded {
    ...Share
  }
}
fragment Share on FunnelStep {
  count
  base
  rate
}`) as unknown as TypedDocumentString<AgentTotalsQuery, AgentTotalsQueryVariables>;
export const AgentsDocument = new TypedDocumentString(`
    query Agents($filter: CampaignAnalyticsFilter!, $orderBy: PerformanceOrder, $first: Int!, $after: String, $median: Boolean!, $trend: Boolean!, $granularity: DayGranularity!) {
  campaignAnalytics(filter: $filter) {
    rows: byAgent(orderBy: $orderBy, first: $first, after: $after) {
      ...AgentRows
      nodes {
        responseTime @include(if: $median) {
          median
        }
        messagesOverTime(granularity: $granularity) @include(if: $trend)
      }
    }
  }
}
    fragment AgentRows on AgentPerformanceConnection {
  totalCount
  pageInfo {
    hasNextPage
    endCursor
  }
  nodes {
    agent {
      id
      name
      email
      active
    }
    department {
      id
      name
      active
    }
    funnel {
      ...RowFunnel
    }
  }
}
fragment RowFunnel on Funnel {
  messages
  tickets
  sent {
    count
  }
  bounced {
    ...Share
  }
  delivered {
    ...Share
  }
  read {
    ...Share
  }
  responded {
    ...Share
  }
}
fragment Share on FunnelStep {
  count
  base
  rate
}`) as unknown as TypedDocumentString<AgentsQuery, AgentsQueryVariables>;
export const DepartmentsDocument = new TypedDocumentString(`
    query Departments($filter: CampaignAnalyticsFilter!, $orderBy: PerformanceOrder, $first: Int!, $after: String, $median: Boolean!, $trend: Boolean!, $granularity: DayGranularity!) {
  campaignAnalytics(filter: $filter) {
    rows: byDepartment(orderBy: $orderBy, first: $first, after: $after) {
      ...DepartmentRows
      nodes {
        responseTime @include(if: $median) {
          median
        }
        messagesOverTime(granularity: $granularity) @include(if: $trend)
      }
    }
  }
}
    fragment DepartmentRows on DepartmentPerformanceConnection {
  totalCount
  pageInfo {
    hasNextPage
    endCursor
  }
  nodes {
    department {
      id
      name
      active
    }
    funnel {
      ...RowFunnel
    }
  }
}
fragment RowFunnel on Funnel {
  messages
  tickets
  sent {
    count
  }
  bounced {
    ...Share
  }
  delivered {
    ...Share
  }
  read {
    ...Share
  }
  responded {
    ...Share
  }
}
fragment Share on FunnelStep {
  count
  base
  rate
}`) as unknown as TypedDocumentString<DepartmentsQuery, DepartmentsQueryVariables>;
export const TemplatesDocument = new TypedDocumentString(`
    query Templates($filter: CampaignAnalyticsFilter!, $orderBy: PerformanceOrder, $first: Int!, $after: String, $median: Boolean!, $trend: Boolean!, $granularity: DayGranularity!) {
  campaignAnalytics(filter: $filter) {
    rows: byTemplate(orderBy: $orderBy, first: $first, after: $after) {
      ...TemplateRows
      nodes {
        responseTime @include(if: $median) {
          median
        }
        messagesOverTime(granularity: $granularity) @include(if: $trend)
      }
    }
  }
}
    fragment TemplateRows on TemplatePerformanceConnection {
  totalCount
  pageInfo {
    hasNextPage
    endCursor
  }
  nodes {
    template {
      id
      name
      category
      active
    }
    departments {
      id
      name
    }
    funnel {
      ...RowFunnel
    }
  }
}
fragment RowFunnel on Funnel {
  messages
  tickets
  sent {
    count
  }
  bounced {
    ...Share
  }
  delivered {
    ...Share
  }
  read {
    ...Share
  }
  responded {
    ...Share
  }
}
fragment Share on FunnelStep {
  count
  base
  rate
}`) as unknown as TypedDocumentString<TemplatesQuery, TemplatesQueryVariables>;
export const AccountsDocument = new TypedDocumentString(`
    query Accounts($filter: CampaignAnalyticsFilter!, $orderBy: PerformanceOrder, $first: Int!, $after: String, $median: Boolean!, $trend: Boolean!, $granularity: DayGranularity!) {
  campaignAnalytics(filter: $filter) {
    rows: byAccount(orderBy: $orderBy, first: $first, after: $after) {
      ...AccountRows
      nodes {
        responseTime @include(if: $median) {
          median
        }
        messagesOverTime(granularity: $granularity) @include(if: $trend)
      }
    }
  }
}
    fragment AccountRows on AccountPerformanceConnection {
  totalCount
  pageInfo {
    hasNextPage
    endCursor
  }
  nodes {
    account {
      id
      name
    }
    funnel {
      ...RowFunnel
    }
  }
}
fragment RowFunnel on Funnel {
  messages
  tickets
  sent {
    count
  }
  bounced {
    ...Share
  }
  delivered {
    ...Share
  }
  read {
    ...Share
  }
  responded {
    ...Share
  }
}
fragment Share on FunnelStep {
  count
  base
  rate
}`) as unknown as TypedDocumentString<AccountsQuery, AccountsQueryVariables>;
export const CategoriesDocument = new TypedDocumentString(`
    query Categories($filter: CampaignAnalyticsFilter!, $orderBy: PerformanceOrder, $first: Int!, $after: String) {
  campaignAnalytics(filter: $filter) {
    rows: byCategory(orderBy: $orderBy, first: $first, after: $after) {
      ...CategoryRows
    }
  }
}
    fragment CategoryRows on CategoryPerformanceConnection {
  totalCount
  pageInfo {
    hasNextPage
    endCursor
  }
  nodes {
    category
    funnel {
      ...RowFunnel
    }
  }
}
fragment RowFunnel on Funnel {
  messages
  tickets
  sent {
    count
  }
  bounced {
    ...Share
  }
  delivered {
    ...Share
  }
  read {
    ...Share
  }
  responded {
    ...Share
  }
}
fragment Share on FunnelStep {
  count
  base
  rate
}`) as unknown as TypedDocumentString<CategoriesQuery, CategoriesQueryVariables>;
export const EarlierAgentTotalsDocument = new TypedDocumentString(`
    query EarlierAgentTotals($filter: CampaignAnalyticsFilter!, $comparison: Comparison!, $first: Int!, $after: String) {
  campaignAnalytics(filter: $filter) {
    previousPeriod(comparison: $comparison) {
      rows: byAgentTotal(first: $first, after: $after) {
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          agent {
            id
          }
          funnel {
            ...RowFunnel
          }
        }
      }
    }
  }
}
    fragment RowFunnel on Funnel {
  messages
  tickets
  sent {
    count
  }
  bounced {
    ...Share
  }
  delivered {
    ...Share
  }
  read {
    ...Share
  }
  responded {
    ...Share
  }
}
fragment Share on FunnelStep {
  count
  base
  rate
}`) as unknown as TypedDocumentString<EarlierAgentTotalsQuery, EarlierAgentTotalsQueryVariables>;
export const EarlierAgentsDocument = new TypedDocumentString(`
    query EarlierAgents($filter: CampaignAnalyticsFilter!, $comparison: Comparison!, $first: Int!, $after: String) {
  campaignAnalytics(filter: $filter) {
    previousPeriod(comparison: $comparison) {
      rows: byAgent(first: $first, after: $after) {
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          agent {
            id
          }
          department {
            id
          }
          funnel {
            ...RowFunnel
          }
        }
      }
    }
  }
}
    fragment RowFunnel on Funnel {
  messages
  tickets
  sent {
    count
  }
  bounced {
    ...Share
  }
  delivered {
    ...Share
  }
  read {
    ...Share
  }
  responded {
    ...Share
  }
}
fragment Share on FunnelStep {
  count
  base
  rate
}`) as unknown as TypedDocumentString<EarlierAgentsQuery, EarlierAgentsQueryVariables>;
export const EarlierDepartmentsDocument = new TypedDocumentString(`
    query EarlierDepartments($filter: CampaignAnalyticsFilter!, $comparison: Comparison!, $first: Int!, $after: String) {
  campaignAnalytics(filter: $filter) {
    previousPeriod(comparison: $comparison) {
      rows: byDepartment(first: $first, after: $after) {
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          department {
            id
          }
          funnel {
            ...RowFunnel
          }
        }
      }
    }
  }
}
    fragment RowFunnel on Funnel {
  messages
  tickets
  sent {
    count
  }
  bounced {
    ...Share
  }
  delivered {
    ...Share
  }
  read {
    ...Share
  }
  responded {
    ...Share
  }
}
fragment Share on FunnelStep {
  count
  base
  rate
}`) as unknown as TypedDocumentString<EarlierDepartmentsQuery, EarlierDepartmentsQueryVariables>;
export const EarlierTemplatesDocument = new TypedDocumentString(`
    query EarlierTemplates($filter: CampaignAnalyticsFilter!, $comparison: Comparison!, $first: Int!, $after: String) {
  campaignAnalytics(filter: $filter) {
    previousPeriod(comparison: $comparison) {
      rows: byTemplate(first: $first, after: $after) {
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          template {
            id
          }
          funnel {
            ...RowFunnel
          }
        }
      }
    }
  }
}
    fragment RowFunnel on Funnel {
  messages
  tickets
  sent {
    count
  }
  bounced {
    ...Share
  }
  delivered {
    ...Share
  }
  read {
    ...Share
  }
  responded {
    ...Share
  }
}
fragment Share on FunnelStep {
  count
  base
  rate
}`) as unknown as TypedDocumentString<EarlierTemplatesQuery, EarlierTemplatesQueryVariables>;
export const EarlierAccountsDocument = new TypedDocumentString(`
    query EarlierAccounts($filter: CampaignAnalyticsFilter!, $comparison: Comparison!, $first: Int!, $after: String) {
  campaignAnalytics(filter: $filter) {
    previousPeriod(comparison: $comparison) {
      rows: byAccount(first: $first, after: $after) {
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          account {
            id
          }
          funnel {
            ...RowFunnel
          }
        }
      }
    }
  }
}
    fragment RowFunnel on Funnel {
  messages
  tickets
  sent {
    count
  }
  bounced {
    ...Share
  }
  delivered {
    ...Share
  }
  read {
    ...Share
  }
  responded {
    ...Share
  }
}
fragment Share on FunnelStep {
  count
  base
  rate
}`) as unknown as TypedDocumentString<EarlierAccountsQuery, EarlierAccountsQueryVariables>;
export const EarlierCategoriesDocument = new TypedDocumentString(`
    query EarlierCategories($filter: CampaignAnalyticsFilter!, $comparison: Comparison!, $first: Int!, $after: String) {
  campaignAnalytics(filter: $filter) {
    previousPeriod(comparison: $comparison) {
      rows: byCategory(first: $first, after: $after) {
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          category
          funnel {
            ...RowFunnel
          }
        }
      }
    }
  }
}
    fragment RowFunnel on Funnel {
  messages
  tickets
  sent {
    count
  }
  bounced {
    ...Share
  }
  delivered {
    ...Share
  }
  read {
    ...Share
  }
  responded {
    ...Share
  }
}
fragment Share on FunnelStep {
  count
  base
  rate
}`) as unknown as TypedDocumentString<EarlierCategoriesQuery, EarlierCategoriesQueryVariables>;
export const ActiveAgentsDocument = new TypedDocumentString(`
    query ActiveAgents($first: Int!, $after: String) {
  agents(first: $first, after: $after) {
    pageInfo {
      hasNextPage
      endCursor
    }
    nodes {
      id
      name
      email
      active
    }
  }
}
    `) as unknown as TypedDocumentString<ActiveAgentsQuery, ActiveAgentsQueryVariables>;
export const ViewDocument = new TypedDocumentString(`
    query View($filter: CampaignAnalyticsFilter!, $granularity: Granularity!, $comparison: Comparison!, $compares: Boolean!, $first: Int!, $templates: [ID!]!, $accounts: [ID!]!, $departments: [ID!]!, $agents: [ID!]!, $names: Int!) {
  templates(ids: $templates, first: $names) {
    nodes {
      id
      name
    }
  }
  accounts(ids: $accounts, first: $names) {
    nodes {
      id
      name
    }
  }
  departments(ids: $departments, first: $names) {
    nodes {
      id
      name
    }
  }
  agents(ids: $agents, first: $names) {
    nodes {
      id
      name
    }
  }
  campaignAnalytics(filter: $filter) {
    period {
      from
      to
      timeZone
    }
    funnel {
      ...Steps
    }
    previousPeriod(comparison: $comparison) @include(if: $compares) {
      period {
        from
        to
      }
      coverage {
        complete
        firstMessageOn
        comparedUntil
      }
      funnel {
        ...Steps
      }
      responseTime {
        ...Times
      }
    }
    maturing {
      messages
      until
    }
    responseTime {
      ...Times
    }
    responsesByHour {
      hour
      responses
    }
    responseHeatmap {
      weekday
      hour
      responses
    }
    timeSeries(granularity: $granularity) {
      ...Point
    }
    byAgentTotal(first: $first, orderBy: {field: SENT}) {
      ...AgentTotalRows
    }
    byDepartment(first: $first, orderBy: {field: SENT}) {
      ...DepartmentRows
    }
    byTemplate(first: $first, orderBy: {field: SENT}) {
      ...TemplateRows
    }
  }
}
    fragment Point on TimeSeriesPoint {
  startsAt
  on
  funnel {
    messages
    sent {
      count
      rate
    }
    bounced {
      count
      rate
    }
    delivered {
      count
      rate
    }
    read {
      count
      rate
    }
    responded {
      count
      rate
    }
  }
}
fragment AgentTotalRows on AgentTotalPerformanceConnection {
  totalCount
  pageInfo {
    hasNextPage
    endCursor
  }
  nodes {
    agent {
      id
      name
      email
      active
    }
    departments {
      id
      name
    }
    funnel {
      ...RowFunnel
    }
  }
}
fragment DepartmentRows on DepartmentPerformanceConnection {
  totalCount
  pageInfo {
    hasNextPage
    endCursor
  }
  nodes {
    department {
      id
      name
      active
    }
    funnel {
      ...RowFunnel
    }
  }
}
fragment TemplateRows on TemplatePerformanceConnection {
  totalCount
  pageInfo {
    hasNextPage
    endCursor
  }
  nodes {
    template {
      id
      name
      category
      active
    }
    departments {
      id
      name
    }
    funnel {
      ...RowFunnel
    }
  }
}
fragment RowFunnel on Funnel {
  messages
  tickets
  sent {
    count
  }
  bounced {
    ...Share
  }
  delivered {
    ...Share
  }
  read {
    ...Share
  }
  responded {
    ...Share
  }
}
fragment Share on FunnelStep {
  count
  base
  rate
}
fragment Step on FunnelStep {
  count
  tickets
  base
  rate
}
fragment Steps on Funnel {
  messages
  tickets
  sent {
    ...Step
  }
  bounced {
    ...Step
  }
  pending {
    ...Step
  }
  delivered {
    ...Step
  }
  read {
    ...Step
  }
  responded {
    ...Step
  }
}
fragment Times on ResponseTime {
  responses
  median
  p90
}`) as unknown as TypedDocumentString<ViewQuery, ViewQueryVariables>;
export const ExportsDocument = new TypedDocumentString(`
    query Exports($status: [ExportStatus!], $first: Int!, $after: String) {
  exports(status: $status, first: $first, after: $after) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    nodes {
      ...ExportRow
    }
  }
}
    fragment ExportRow on Export {
  id
  name
  format
  locale
  columns
  separator
  status
  filter {
    period {
      from
      to
    }
    where {
      step
      reached
      createdTicket
      bounceCodes
      repliedAt {
        weekday
        hour
      }
      replyKinds
      button
      text
    }
    templateIds
    accountIds
    departmentIds
    agentIds
    excludeTemplateIds
    excludeAccountIds
    excludeDepartmentIds
    excludeAgentIds
    categories
    languages
  }
  rowsTotal
  rowsWritten
  progress
  requestedBy {
    id
    name
    email
  }
  createdAt
  finishedAt
  expiresAt
  fileSize
  failure {
    code
    message
  }
}`) as unknown as TypedDocumentString<ExportsQuery, ExportsQueryVariables>;
export const ExportNamesDocument = new TypedDocumentString(`
    query ExportNames($templates: [ID!]!, $accounts: [ID!]!, $departments: [ID!]!, $agents: [ID!]!, $first: Int!) {
  templates(ids: $templates, first: $first) {
    nodes {
      id
      name
    }
  }
  accounts(ids: $accounts, first: $first) {
    nodes {
      id
      name
    }
  }
  departments(ids: $departments, first: $first) {
    nodes {
      id
      name
    }
  }
  agents(ids: $agents, first: $first) {
    nodes {
      id
      name
    }
  }
}
    `) as unknown as TypedDocumentString<ExportNamesQuery, ExportNamesQueryVariables>;
export const ExportStateDocument = new TypedDocumentString(`
    query ExportState($id: ID!) {
  export(id: $id) {
    ...ExportRow
  }
}
    fragment ExportRow on Export {
  id
  name
  format
  locale
  columns
  separator
  status
  filter {
    period {
      from
      to
    }
    where {
      step
      reached
      createdTicket
      bounceCodes
      repliedAt {
        weekday
        hour
      }
      replyKinds
      button
      text
    }
    templateIds
    accountIds
    departmentIds
    agentIds
    excludeTemplateIds
    excludeAccountIds
    excludeDepartmentIds
    excludeAgentIds
    categories
    languages
  }
  rowsTotal
  rowsWritten
  progress
  requestedBy {
    id
    name
    email
  }
  createdAt
  finishedAt
  expiresAt
  fileSize
  failure {
    code
    message
  }
}`) as unknown as TypedDocumentString<ExportStateQuery, ExportStateQueryVariables>;
export const DownloadLinkDocument = new TypedDocumentString(`
    query DownloadLink($id: ID!) {
  export(id: $id) {
    id
    status
    downloadUrl
  }
}
    `) as unknown as TypedDocumentString<DownloadLinkQuery, DownloadLinkQueryVariables>;
export const ExportUpdatedDocument = new TypedDocumentString(`
    subscription ExportUpdated($id: ID!) {
  exportUpdated(id: $id) {
    ...ExportRow
  }
}
    fragment ExportRow on Export {
  id
  name
  format
  locale
  columns
  separator
  status
  filter {
    period {
      from
      to
    }
    where {
      step
      reached
      createdTicket
      bounceCodes
      repliedAt {
        weekday
        hour
      }
      replyKinds
      button
      text
    }
    templateIds
    accountIds
    departmentIds
    agentIds
    excludeTemplateIds
    excludeAccountIds
    excludeDepartmentIds
    excludeAgentIds
    categories
    languages
  }
  rowsTotal
  rowsWritten
  progress
  requestedBy {
    id
    name
    email
  }
  createdAt
  finishedAt
  expiresAt
  fileSize
  failure {
    code
    message
  }
}`) as unknown as TypedDocumentString<ExportUpdatedSubscription, ExportUpdatedSubscriptionVariables>;
export const CreateExportDocument = new TypedDocumentString(`
    mutation CreateExport($input: CreateExportInput!) {
  createExport(input: $input) {
    export {
      ...ExportRow
    }
    userErrors {
      ...Problem
    }
  }
}
    fragment Problem on UserError {
  field
  code
  message
}
fragment ExportRow on Export {
  id
  name
  format
  locale
  columns
  separator
  status
  filter {
    period {
      from
      to
    }
    where {
      step
      reached
      createdTicket
      bounceCodes
      repliedAt {
        weekday
        hour
      }
      replyKinds
      button
      text
    }
    templateIds
    accountIds
    departmentIds
    agentIds
    excludeTemplateIds
    excludeAccountIds
    excludeDepartmentIds
    excludeAgentIds
    categories
    languages
  }
  rowsTotal
  rowsWritten
  progress
  requestedBy {
    id
    name
    email
  }
  createdAt
  finishedAt
  expiresAt
  fileSize
  failure {
    code
    message
  }
}`) as unknown as TypedDocumentString<CreateExportMutation, CreateExportMutationVariables>;
export const CancelExportDocument = new TypedDocumentString(`
    mutation CancelExport($id: ID!) {
  cancelExport(input: {id: $id}) {
    export {
      ...ExportRow
    }
    userErrors {
      ...Problem
    }
  }
}
    fragment Problem on UserError {
  field
  code
  message
}
fragment ExportRow on Export {
  id
  name
  format
  locale
  columns
  separator
  status
  filter {
    period {
      from
      to
    }
    where {
      step
      reached
      createdTicket
      bounceCodes
      repliedAt {
        weekday
        hour
      }
      replyKinds
      button
      text
    }
    templateIds
    accountIds
    departmentIds
    agentIds
    excludeTemplateIds
    excludeAccountIds
    excludeDepartmentIds
    excludeAgentIds
    categories
    languages
  }
  rowsTotal
  rowsWritten
  progress
  requestedBy {
    id
    name
    email
  }
  createdAt
  finishedAt
  expiresAt
  fileSize
  failure {
    code
    message
  }
}`) as unknown as TypedDocumentString<CancelExportMutation, CancelExportMutationVariables>;
export const DeleteExportDocument = new TypedDocumentString(`
    mutation DeleteExport($id: ID!) {
  deleteExport(input: {id: $id}) {
    export {
      id
    }
    userErrors {
      ...Problem
    }
  }
}
    fragment Problem on UserError {
  field
  code
  message
}`) as unknown as TypedDocumentString<DeleteExportMutation, DeleteExportMutationVariables>;
export const ViewerDocument = new TypedDocumentString(`
    query Viewer {
  viewer {
    id
    name
    email
    role
    timeZone
    phonesMasked
    departments {
      id
      name
    }
  }
  limits {
    rangeDays
    seriesPoints
    filterIds
    searchLength
    exportNameLength
    firstDay
    lastDay
  }
}
    `) as unknown as TypedDocumentString<ViewerQuery, ViewerQueryVariables>;