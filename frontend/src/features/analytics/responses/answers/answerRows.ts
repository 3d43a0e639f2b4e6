/** By what messages were answered, as the card shows it. */
import type { AnswerRowFragment } from "../../../../api/generated/operations";
import type { TableData } from "../../../../charts/DataTable";
import type { Texts } from "../../../../i18n/es";
import type { Counted } from "../../messages/number/messageSet";

export type Row = {
  answer: AnswerRowFragment;
  name: string;
  /** What tells a button from a kind of reply, and from a button of the same label. */
  detail: string | undefined;
  /** What its number opens; undefined for the buttons that are counted together. */
  counted: Counted | undefined;
  /** The length of its bar, from 0 to 1 for the most frequent answer. */
  length: number;
};

type Named = Pick<AnswerRowFragment, "kind" | "label" | "payload">;

/** Return a button's label, else its payload, or the word for a kind of reply. */
export function nameOf(t: Texts, { kind, label, payload }: Named): string {
  if (kind !== "BUTTON") return t.messages.kinds[kind];
  return label ?? payload ?? t.answers.otherButtons;
}

/** Return what the messages of an answer have in common, if the API can be asked for it. */
export function countedOf({ kind, label, payload }: Named): Counted | undefined {
  if (kind !== "BUTTON") return { kind: "answer", answer: kind };
  const button = payload ?? label;
  return button ? { kind: "button", button } : undefined;
}

/** Prepare answers to be shown, in the order of the API. */
export function toRows(t: Texts, answers: AnswerRowFragment[]): Row[] {
  const most = Math.max(1, ...answers.map(({ messages }) => messages));
  const names = answers.map((answer) => nameOf(t, answer));
  return answers.map((answer, index) => {
    const name = names[index] ?? "";
    const counted = countedOf(answer);
    const isAlone = names.indexOf(name) === names.lastIndexOf(name);
    const button = isAlone || answer.payload === null ? [] : [answer.payload];
    const detail = counted?.kind === "button" ? [t.messages.kinds.BUTTON, ...button].join(" · ") : undefined;
    return { answer, name, detail, counted, length: answer.messages / most };
  });
}

/** Build the table of files, with all that is known of each answer. */
export function answerTable(t: Texts, rows: Row[]): Pick<TableData, "head" | "cells"> {
  const { answers, messages, tables } = t;
  return {
    head: [
      ...[answers.answer, answers.kind, answers.payload, answers.messages],
      ...[answers.share, tables.medianSeconds, answers.replies],
    ],
    cells: rows.map(({ name, answer: { kind, payload, messages: count, share, medianResponseTime, replies } }) => [
      ...[name, messages.kinds[kind], payload, count],
      ...[{ rate: share }, medianResponseTime, replies],
    ]),
  };
}
