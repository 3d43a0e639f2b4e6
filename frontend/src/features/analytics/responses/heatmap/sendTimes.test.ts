import { describe, expect, it } from "vitest";
import type { SendTimeBlockFragment } from "../../../../api/generated/operations";
import { en } from "../../../../i18n/en";
import { es } from "../../../../i18n/es";
import { createFormats } from "../../../../i18n/formats";
import {
  cellText,
  cellWords,
  parseMeasure,
  rangeOf,
  valueOf,
  verdictOf,
  verdictWords,
  type SendTime,
} from "./sendTimes";

const format = createFormats("es-CL");
const plain = (text: string) => text.replace(/\s/g, " ").replaceAll(" %", "%"); // whatever spaces the language puts

const cell = (fields: Partial<SendTime>): SendTime => ({
  weekday: 1,
  hour: 10,
  delivered: 40,
  responded: 12,
  rate: 0.3,
  interval: { low: 0.181, high: 0.454 },
  typicalResponseTime: 120,
  ...fields,
});
const few = cell({ delivered: 7, responded: 3, rate: 3 / 7 });
const none = cell({ delivered: 0, responded: 0, rate: null, interval: null, typicalResponseTime: null });

const block = (fields: Partial<SendTimeBlockFragment>): SendTimeBlockFragment => ({
  fromHour: 0,
  toHour: 4,
  delivered: 200,
  responded: 58,
  rate: 0.29,
  interval: { low: 0.23, high: 0.36 },
  comparable: true,
  best: false,
  ...fields,
});
const best = block({
  ...{ fromHour: 8, toHour: 12, delivered: 1000, responded: 410 },
  ...{ rate: 0.41, interval: { low: 0.38, high: 0.44 }, best: true },
});

it.each([
  ["", "responses"],
  ["heatmap=rate", "rate"],
  ["heatmap=time", "time"],
  ["heatmap=responses", "responses"],
  ["heatmap=everything", "responses"],
])("an address with %j shows %s", (search, measure) => expect(parseMeasure(new URLSearchParams(search))).toBe(measure));

describe("a cell", () => {
  it("is colored by its rate or its time, unless it has fewer than 20 messages", () => {
    expect([cell({}), few, none].map((one) => valueOf("rate", one))).toEqual([0.3, null, null]);
    expect([cell({}), few, none].map((one) => valueOf("time", one))).toEqual([120, null, null]);
    expect(valueOf("rate", cell({ delivered: 20 }))).toBe(0.3);
    expect(valueOf("rate", cell({ delivered: 19 }))).toBeNull();
  });

  it("says how many were answered, and the rate with its interval where they are enough", () => {
    const words = (one: SendTime) => plain(cellWords(es, format, "rate", one));
    expect(words(cell({}))).toBe("12 de 40 respondidos en 24 h, 30% (18 a 45%)");
    expect(words(few)).toBe("3 de 7 respondidos en 24 h");
    expect(words(none)).toBe("Sin mensajes entregados");
  });

  it("says that its time is a geometric mean, and of how many", () => {
    const words = (one: SendTime) => plain(cellWords(es, format, "time", one));
    expect(words(cell({}))).toBe("Media geométrica: 2 min, de 12 respuestas en 24 h");
    expect(words(cell({ responded: 1 }))).toContain("de 1 respuesta en 24 h");
    expect(words(cell({ responded: 0, typicalResponseTime: null }))).toBe("0 de 40 respondidos en 24 h");
  });

  it("is a rate in the table, or counts where they are few", () => {
    expect([cell({}), few, none].map((one) => plain(cellText(es, format, "rate", one)))).toEqual([
      "30,0%",
      "3 de 7",
      "–",
    ]);
    expect([cell({}), none].map((one) => plain(cellText(es, format, "time", one)))).toEqual(["2 min", "–"]);
  });
});

it("the scale goes from the lowest to the highest of the values that there are", () => {
  expect(rangeOf([0.3, null, 0.2, 0.5])).toEqual({ low: 0.2, high: 0.5 });
  expect(rangeOf([null])).toBeUndefined();
});

describe("the hours", () => {
  const words = (blocks: SendTimeBlockFragment[]) => plain(verdictWords(es, format, verdictOf(blocks)));

  it("are named where one block is clearly best", () => {
    expect(words([block({}), best, block({ delivered: 40, comparable: false })])).toBe(
      "Mejor horario de envío: 8 a 12 h: 41% (38 a 44%) frente a 42% en total",
    );
    expect(verdictWords(en, createFormats("en"), verdictOf([block({}), best]))).toBe(
      "Best hours to send: 8 to 12 h: 41% (38 to 44%), against 39% overall",
    );
  });

  it("have no clear difference where none is", () =>
    expect(words([block({}), block({})])).toBe("Sin diferencia clara entre horarios"));

  it("cannot be compared where fewer than two have enough messages", () => {
    expect(words([block({}), block({ comparable: false })])).toBe("Pocos mensajes para comparar horarios");
    expect(words([])).toBe("Pocos mensajes para comparar horarios");
  });
});
