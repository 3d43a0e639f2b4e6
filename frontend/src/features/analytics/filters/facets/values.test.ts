import { expect, it } from "vitest";
import { sumValues } from "./values";

const row = (value: string | null, messages: number) => ({ value, messages });

it("sums the templates of each language, the most messages first, without those that say none", () => {
  const rows = [row("en", 5), row("es_CL", 4), row(null, 9), row("es_CL", 3)];
  expect(sumValues(rows, true, [])).toEqual([
    { value: "es_CL", messages: 7 },
    { value: "en", messages: 5 },
  ]);
});

it("lists what is chosen and has no messages last, and tells no sums where rows are missing", () => {
  expect(sumValues([row("en", 5)], false, ["en", "pt_BR"])).toEqual([{ value: "en" }, { value: "pt_BR" }]);
});
