import { describe, expect, it } from "vitest";
import type { StepsFragment } from "../../../../api/generated/operations";
import {
  countMissing,
  mayHaveReplies,
  named,
  narrowedTo,
  parseMessageSet,
  toWhere,
  withMessageSet,
  type Counted,
  type MessageSet,
} from "./messageSet";

const parse = (search: string) => parseMessageSet(new URLSearchParams(search));

const reply = (weekday: number | null, hour: number): Counted => ({ kind: "reply", weekday, hour });

const button = (text: string): Counted => ({ kind: "button", button: text });

const bounce = (code: number | null): Counted => ({ kind: "bounce", code });

describe("an address", () => {
  const sets: MessageSet[] = [
    { counted: named("all"), row: {} },
    { counted: named("not-delivered"), row: {} },
    { counted: bounce(131026), row: {} },
    { counted: bounce(null), row: {} },
    { counted: reply(7, 0), row: {} },
    { counted: reply(null, 23), row: {} },
    { counted: { kind: "answer", answer: "TEXT" }, row: {} },
    { counted: button("Sí, confirmo"), row: { templates: "t1" } },
    { counted: button("button-x&messages=read"), row: {} },
    { counted: button('{"a": "b+c"}'), row: {} },
    { counted: named("read"), row: { agents: "u.1", departments: "a&b=ñ %2E" } },
    { counted: named("sent"), row: { categories: "UTILITY" } },
    { counted: named("tickets"), row: { templates: "t1", accounts: "a1" } },
  ];

  it.each(sets)("names the set that was written to it: %j", (set) => {
    const address = withMessageSet(new URLSearchParams("period=last7&agent=u2"), set).toString();
    expect(parse(address)).toEqual(set);
    expect(address).toMatch(/^period=last7&agent=u2&messages=/);
  });

  it("is as readers can read it", () => {
    const write = (counted: Counted, row = {}) => withMessageSet(new URLSearchParams(), { counted, row }).toString();
    expect(write(bounce(131026))).toBe("messages=bounce-131026");
    expect(write(reply(1, 9))).toBe("messages=reply-1-9");
    expect(write(button("yes"))).toBe("messages=button-yes");
    expect(write({ kind: "answer", answer: "AUDIO" })).toBe("messages=answer-audio");
    expect(write(named("sent"), { agents: "u1" })).toBe("messages=sent&messages=agent.u1");
  });

  it("keeps the rest when its set is taken away", () => {
    const search = new URLSearchParams("messages=read&messages=agent.u1&period=last7");
    expect(withMessageSet(search, undefined).toString()).toBe("period=last7");
  });

  it.each([
    "",
    "messages=",
    "messages=everything",
    "messages=toString",
    "messages=bounce-",
    "messages=bounce-x",
    "messages=bounce-99999999999",
    "messages=reply-0-9",
    "messages=reply-8-9",
    "messages=reply-1-24",
    "messages=reply-",
    "messages=answer-",
    "messages=answer-everything",
    "messages=answer-TEXT",
    "messages=button-",
    `messages=button-${"x".repeat(257)}`,
    "messages=read&messages=",
    "messages=read&messages=agent.",
    "messages=read&messages=color.red",
    "messages=read&messages=category.red",
    "messages=read&messages=agent.u1&messages=agent.u2",
    "messages=agent.u1&messages=read",
  ])("that nobody understands names none: %s", (search) => expect(parse(search)).toBeUndefined());
});

describe("toWhere", () => {
  it.each<[Counted, object]>([
    [named("all"), {}],
    [named("bounced"), { step: "BOUNCED" }],
    [named("responded"), { step: "RESPONDED" }],
    [named("not-read"), { step: "READ", reached: false }],
    [named("tickets"), { createdTicket: true }],
    [bounce(131026), { bounceCodes: [131026] }],
    [bounce(null), { bounceCodes: [null] }],
    [reply(1, 9), { repliedAt: { weekday: 1, hour: 9 } }],
    [reply(null, 9), { repliedAt: { weekday: null, hour: 9 } }],
    [{ kind: "answer", answer: "FORM" }, { replyKinds: ["FORM"] }],
    [button("yes"), { button: "yes" }],
  ])("of %j", (counted, where) => expect(toWhere(counted)).toEqual(where));
});

describe("narrowedTo", () => {
  const filter = { sentOn: { from: "2026-11-01", to: "2026-11-30" }, agentIds: ["u1", "u2"], departmentIds: null };

  it("has the row's ids instead of the page's, and the page's where the row has none", () => {
    expect(narrowedTo(filter, { agents: "u2", templates: "t1" })).toEqual({
      ...filter,
      agentIds: ["u2"],
      templateIds: ["t1"],
      accountIds: undefined,
      categories: undefined,
    });
  });

  it("changes nothing without a row", () => expect(narrowedTo(filter, {})).toEqual(filter));
});

it("a step's missing messages are those of its base that did not reach it", () => {
  const funnel = { read: { base: 24, count: 10 } } as StepsFragment;
  expect(countMissing(funnel, "read")).toBe(14);
});

it("only what can have a reply is ordered by it", () => {
  const unanswered = [named("bounced"), named("pending"), named("not-delivered"), named("not-responded"), bounce(1)];
  expect(unanswered.filter(mayHaveReplies)).toEqual([]);
  const others = [named("all"), named("sent"), named("not-read"), named("tickets"), reply(null, 9), button("yes")];
  expect(others.filter(mayHaveReplies)).toEqual(others);
});
