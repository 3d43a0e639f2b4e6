import { Table } from "@mantine/core";
import type { MouseEvent } from "react";
import { useI18n } from "../../../../i18n/I18nProvider";
import { MessagesButton } from "../../messages/number/MessagesButton";
import classes from "./Answers.module.css";
import type { Row } from "./answerRows";

type Props = {
  rows: Row[];
  /** True where all replies are counted too, not only the first ones. */
  hasReplies: boolean;
  isPending: boolean;
};

/** Answers with their bars and numbers; a row opens its messages. */
export function AnswerTable({ rows, hasReplies, isPending }: Props) {
  const { t, format } = useI18n();
  return (
    <Table className={`numbers ${classes.table ?? ""}`} aria-label={t.answers.title} aria-busy={isPending}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{t.answers.answer}</Table.Th>
          <Table.Th scope="col" ta="end">
            {t.answers.messages}
          </Table.Th>
          <Table.Th scope="col" ta="end" title={t.answers.share}>
            {t.answers.shareShort}
          </Table.Th>
          <Table.Th scope="col" ta="end" title={t.tables.extras.median}>
            {t.tables.extrasShort.median}
          </Table.Th>
          {hasReplies && (
            <Table.Th scope="col" ta="end">
              {t.answers.replies}
            </Table.Th>
          )}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map(({ answer, name, detail, counted, length }) => (
          <Table.Tr
            key={`${answer.kind} ${answer.payload ?? answer.label ?? ""}`}
            data-answer={answer.kind}
            data-opens={counted !== undefined || undefined}
            onClick={pressNumber}
          >
            <Table.Th scope="row">
              {name}
              {detail && <span className={classes.detail}>{detail}</span>}
              <span className={classes.bar} aria-hidden="true">
                <span style={{ width: `${100 * length}%` }} />
              </span>
            </Table.Th>
            <Table.Td ta="end">
              {counted ? (
                <MessagesButton
                  counted={counted}
                  shown={format.count(answer.messages)}
                  count={answer.messages}
                  of={name}
                />
              ) : (
                format.count(answer.messages)
              )}
            </Table.Td>
            <Table.Td ta="end">{format.rate(answer.share)}</Table.Td>
            <Table.Td ta="end">{format.duration(answer.medianResponseTime)}</Table.Td>
            {hasReplies && <Table.Td ta="end">{format.count(answer.replies)}</Table.Td>}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

/** Make the whole row do what its number does, for who has a mouse. */
function pressNumber(event: MouseEvent<HTMLTableRowElement>) {
  if (event.target instanceof Element && event.target.closest("button")) return;
  if (getSelection()?.isCollapsed === false) return;
  const button = event.currentTarget.querySelector("button");
  button?.focus({ preventScroll: true }); // it has the focus again when the messages are closed
  button?.click();
}
