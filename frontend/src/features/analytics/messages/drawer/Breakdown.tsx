import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import {
  MessagesByDocument,
  type CampaignAnalyticsFilter,
  type MessageDimension,
} from "../../../../api/generated/operations";
import { useStableQuery } from "../../../../api/useStableQuery";
import affordance from "../../../../components/affordance.module.css";
import { useI18n } from "../../../../i18n/I18nProvider";
import type { FilterKind } from "../../filters/filters";
import { narrowedTo, toWhere, type MessageSet } from "../number/messageSet";
import { openMessages } from "../number/useMessageSet";
import classes from "./Breakdown.module.css";

const ROWS = 8;

const DIMENSIONS = {
  agents: "AGENT",
  departments: "DEPARTMENT",
  templates: "TEMPLATE",
  accounts: "ACCOUNT",
} satisfies Record<FilterKind, MessageDimension>;

const KINDS = Object.keys(DIMENSIONS) as FilterKind[]; // in the order of the tables' tabs

type Props = {
  set: MessageSet;
  filter: CampaignAnalyticsFilter;
  /** The number of all messages of the set. */
  total: number;
};

/** The messages of a set by agent, department, template or account: each opens its own messages. */
export function Breakdown({ set, filter, total }: Props) {
  const { t } = useI18n();
  const [isOpen, setIsOpen] = useState(false);
  const kinds = KINDS.filter((kind) => set.row[kind] === undefined);
  const [first] = kinds;
  if (!first) return null;
  return (
    <details className={classes.breakdown} open={isOpen} onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary className={affordance.opens}>{t.messages.breakdown}</summary>
      {isOpen && <Rows set={set} filter={filter} total={total} kinds={kinds} first={first} />}
    </details>
  );
}

function Rows({ set, filter, total, kinds, first }: Props & { kinds: FilterKind[]; first: FilterKind }) {
  const { t, format } = useI18n();
  const [kind, setKind] = useState(first);
  const { answer } = useStableQuery(MessagesByDocument, {
    filter: narrowedTo(filter, set.row),
    where: toWhere(set.counted),
    dimension: DIMENSIONS[kind],
    first: ROWS,
  });
  const counts = answer?.data.campaignAnalytics?.messagesBy;
  const more = counts ? counts.totalCount - counts.nodes.length : 0;
  return (
    <>
      <SegmentedControl
        size="xs"
        aria-label={t.messages.breakdown}
        value={kind}
        onChange={(value) => setKind(value)}
        data={kinds.map((kind) => ({ value: kind, label: t.tables.tabs[kind] }))}
      />
      <ul className={classes.rows}>
        {counts?.nodes.map(({ id, name, messages }) => (
          <li key={id}>
            <button
              type="button"
              className={`${classes.name ?? ""} ${affordance.opens ?? ""}`}
              aria-label={t.messages.narrow(name, format.count(messages))}
              onClick={() => openMessages({ ...set, row: { ...set.row, [kind]: id } })}
            >
              {name}
            </button>
            <meter className={classes.bar} value={messages} max={total} aria-hidden="true" />
            <span className={classes.count}>{format.count(messages)}</span>
          </li>
        ))}
      </ul>
      {more > 0 && <p className={classes.more}>{t.messages.moreRows(more, format.count(more))}</p>}
    </>
  );
}
