import { describe, expect, it } from "vitest";
import type { AnswerRowFragment } from "../../../../api/generated/operations";
import { es } from "../../../../i18n/es";
import { answerTable, countedOf, nameOf, toRows } from "./answerRows";

const answer = (fields: Partial<AnswerRowFragment>): AnswerRowFragment => ({
  kind: "BUTTON",
  label: null,
  payload: null,
  messages: 1,
  share: 0.1,
  medianResponseTime: 60,
  replies: 1,
  ...fields,
});

const yes = answer({ label: "Sí", payload: "yes", messages: 40, replies: 44 });

describe("an answer", () => {
  it.each([
    [yes, "Sí", { kind: "button", button: "yes" }],
    [answer({ label: "No" }), "No", { kind: "button", button: "No" }],
    [answer({ payload: "later" }), "later", { kind: "button", button: "later" }],
    [answer({ kind: "TEXT" }), "Texto", { kind: "answer", answer: "TEXT" }],
    [answer({ kind: "OTHER" }), "Otra", { kind: "answer", answer: "OTHER" }],
    [answer({}), "otros botones", undefined],
  ])("%j has the name %s and opens %j", (of, name, counted) => {
    expect(nameOf(es, of)).toBe(name);
    expect(countedOf(of)).toEqual(counted);
  });
});

describe("toRows", () => {
  it("has bars as long as their part of the most frequent one", () => {
    const rows = toRows(es, [yes, answer({ kind: "TEXT", messages: 10 })]);
    expect(rows.map(({ length }) => length)).toEqual([1, 0.25]);
    expect(rows.map(({ detail }) => detail)).toEqual(["Botón", undefined]);
  });

  it("tells buttons of one label by their payloads, and a button from a kind of its name", () => {
    const rows = toRows(es, [yes, answer({ label: "Sí", payload: "si" }), answer({ label: "Texto" })]);
    expect(rows.map(({ detail }) => detail)).toEqual(["Botón · yes", "Botón · si", "Botón"]);
  });

  it("says nothing more of the buttons that are counted together", () =>
    expect(toRows(es, [answer({})])[0]?.detail).toBeUndefined());
});

it("files have each answer's kind, payload and all replies", () => {
  const { head, cells } = answerTable(es, toRows(es, [yes]));
  expect(cells).toEqual([["Sí", "Botón", "yes", 40, { rate: 0.1 }, 60, 44]]);
  expect(head).toHaveLength(7);
});
