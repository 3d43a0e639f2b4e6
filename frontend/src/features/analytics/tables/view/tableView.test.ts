import { describe, expect, it } from "vitest";
import { DEFAULT_VIEW, parseTableView, writeTableView, type TableView } from "./tableView";

const parse = (search: string) => parseTableView(new URLSearchParams(search));

describe("an address", () => {
  it.each<TableView>([
    DEFAULT_VIEW,
    {
      order: { field: "READ_RATE", direction: "ASC" },
      size: 50,
      columns: ["sent", "bounced", "bounceRate"],
      marks: ["interval", "difference"],
      extras: ["trend"],
      agents: "all",
      find: "pía & co",
    },
    { ...DEFAULT_VIEW, order: { field: "NAME", direction: "DESC" }, marks: ["difference"] },
    { ...DEFAULT_VIEW, extras: ["median", "trend"], agents: "departments" },
  ])("has the view that was written to it: %j", (view) => {
    const written = Object.entries(writeTableView(view)).filter(([, value]) => value !== null) as [string, string][];
    expect(parse(new URLSearchParams(written).toString())).toEqual(view);
  });

  it("says nothing of a view that is as at first", () => {
    expect(Object.values(writeTableView(DEFAULT_VIEW))).toEqual([null, null, null, null, null]);
  });

  it("is as readers can read it", () => {
    expect(writeTableView({ ...DEFAULT_VIEW, order: { field: "BOUNCE_RATE", direction: "DESC" }, size: 25 })).toEqual({
      sort: "-bounce-rate",
      rows: "25",
      columns: null,
      agents: null,
      find: null,
    });
  });

  it.each([
    "sort=color",
    "sort=",
    "sort=toString",
    "rows=7",
    "rows=1000000",
    "columns=",
    "columns=color.toString",
    "agents=color",
  ])("that nobody understands changes nothing: %s", (search) => expect(parse(search)).toEqual(DEFAULT_VIEW));
});
