import { describe, expect, it } from "vitest";
import type { ListedMessageFragment } from "../../../../../api/generated/operations";
import { historyOf, stateOf } from "./history";

const message = (fields: Partial<ListedMessageFragment>) =>
  ({
    sentAt: "2026-11-02T09:00:00-03:00",
    status: "SENT",
    acceptedAt: null,
    deliveredAt: null,
    readAt: null,
    failedAt: null,
    bounce: null,
    reply: null,
    ...fields,
  }) as ListedMessageFragment;

const reply = (at: string): ListedMessageFragment["reply"] => ({
  at,
  kind: "TEXT",
  text: "Sí",
  button: null,
  rule: "EXACT",
  responseTime: 60,
});

const names = (fields: Partial<ListedMessageFragment>) => historyOf(message(fields)).map(({ name }) => name);

describe("historyOf", () => {
  it("has what is known only", () => {
    expect(names({})).toEqual(["sent"]);
    expect(names({ readAt: "2026-11-02T09:05:00-03:00" })).toEqual(["sent", "read"]);
  });

  it("is in the order of time, across offsets", () => {
    expect(
      names({
        acceptedAt: "2026-11-02T12:00:01+00:00",
        deliveredAt: "2026-11-02T09:00:02-03:00",
        readAt: "2026-11-02T09:10:00-03:00",
        reply: reply("2026-11-02T09:05:00-03:00"),
      }),
    ).toEqual(["sent", "accepted", "delivered", "replied", "read"]);
  });

  it("keeps the order of a message's life within one instant", () => {
    const at = "2026-11-02T09:00:00-03:00";
    expect(names({ acceptedAt: at, deliveredAt: at, readAt: at })).toEqual(["sent", "accepted", "delivered", "read"]);
  });

  it("ends with a bounce that has no instant", () => {
    const bounce = { code: 131026, title: "Message undeliverable" };
    expect(historyOf(message({ bounce })).at(-1)).toEqual({ name: "bounced", at: null });
  });
});

describe("stateOf", () => {
  it("says of an answered message that it was answered, read or not", () => {
    expect(stateOf(message({ status: "DELIVERED" }))).toBe("DELIVERED");
    expect(stateOf(message({ status: "DELIVERED", reply: reply("2026-11-02T09:05:00-03:00") }))).toBe("REPLIED");
  });
});
