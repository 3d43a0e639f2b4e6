/** The address of the view that shows what an export has: its days, filters and messages. */
import type { ExportRowFragment } from "../../api/generated/operations";

type Filter = ExportRowFragment["filter"];

type Where = NonNullable<Filter["where"]>;

/** Return the address of the view with an export's filter, see docs/frontend.md. */
export function viewAddress({ period, where, ...ids }: Filter): string {
  const parameters: [string, string[] | null][] = [
    ["template", ids.templateIds],
    ["account", ids.accountIds],
    ["department", ids.departmentIds],
    ["agent", ids.agentIds],
    ["not_template", ids.excludeTemplateIds],
    ["not_account", ids.excludeAccountIds],
    ["not_department", ids.excludeDepartmentIds],
    ["not_agent", ids.excludeAgentIds],
    ["category", ids.categories?.map((category) => category.toLowerCase()) ?? null],
    ["language", ids.languages],
  ];
  const search = new URLSearchParams({ from: period.from, to: period.to });
  for (const [name, values] of parameters) for (const id of values ?? []) search.append(name, id);
  const messages = where && messagesWord(where);
  if (messages) search.append("messages", messages);
  return `/?${search.toString()}`;
}

/** Return the word by which an address names the messages of a condition; undefined for those that have none. */
function messagesWord({ reached, ...where }: Where): string | undefined {
  const { step, createdTicket, bounceCodes, repliedAt, replyKinds, button } = where;
  const used = Object.values(where).filter((one) => one !== null);
  if (used.length !== 1) return undefined;
  if (step) return reached ? step.toLowerCase() : `not-${step.toLowerCase()}`;
  if (createdTicket) return "tickets";
  if (bounceCodes?.length === 1) return `bounce-${bounceCodes[0] ?? "unknown"}`;
  if (replyKinds?.length === 1) return `answer-${replyKinds.join().toLowerCase()}`;
  if (button) return `button-${button}`;
  if (repliedAt?.hour == null) return undefined;
  return repliedAt.weekday === null ? `reply-${repliedAt.hour}` : `reply-${repliedAt.weekday}-${repliedAt.hour}`;
}
