import { describe, expect, it } from "vitest";
import { GRANULARITIES } from "./granularity/granularity";
import { parseSeriesView, writeSeriesView, type SeriesView } from "./seriesView";

const parse = (search: string) => parseSeriesView(new URLSearchParams(search), GRANULARITIES);

const FIRST = parse("");

describe("an address", () => {
  it.each<SeriesView>([
    FIRST,
    { granularity: "WEEK", measure: "rates", lines: ["sent", "bounced"], hasEarlier: false, isTable: true },
    { ...FIRST, lines: [] },
  ])("has the choices that were written to it: %j", (view) => {
    const written = Object.entries(writeSeriesView(view)).filter(([, value]) => value !== null) as [string, string][];
    expect(parse(new URLSearchParams(written).toString())).toEqual(view);
  });

  it("says nothing of choices that are as at first", () => {
    expect(Object.values(writeSeriesView(FIRST))).toEqual([null, null, null, null, null]);
  });

  it.each(["granularity=minute", "measure=mass", "series=picture", "earlier=never"])(
    "that nobody understands changes nothing: %s",
    (search) => expect(parse(search)).toEqual(FIRST),
  );

  it("has no granularity that its days do not allow", () => {
    expect(parseSeriesView(new URLSearchParams("granularity=hour"), ["DAY", "WEEK"]).granularity).toBeNull();
  });
});
