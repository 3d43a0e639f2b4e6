import { describe, expect, it, vi } from "vitest";
import { isExpired, takeTokenFromFragment, tokenExpiry, tokenSubject, tokenUserId } from "./token";

const tokenWith = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.signature`;

describe("claims of a token", () => {
  it("has an expiry in milliseconds", () => expect(tokenExpiry(tokenWith({ exp: 1_800_000_000 }))).toBe(1.8e12));

  it("has no expiry where it is no token, or says none", () => {
    expect(tokenExpiry("wrong")).toBeNull();
    expect(tokenExpiry("e30.!!!.x")).toBeNull();
    expect(tokenExpiry(tokenWith({ exp: "tomorrow" }))).toBeNull();
  });

  it("has expired from its second on", () => {
    const now = Math.floor(Date.now() / 1000);
    expect(isExpired(tokenWith({ exp: now - 1 }))).toBe(true);
    expect(isExpired(tokenWith({ exp: now + 60 }))).toBe(false);
    expect(isExpired(tokenWith({}))).toBe(false);
  });

  it("is of one person for the same user, tenant and role, whatever else it says", () => {
    const claims = { sub: "u1", tenant: "acme", role: "analyst" };
    const subject = tokenSubject(tokenWith(claims));
    expect(tokenSubject(tokenWith({ ...claims, exp: 1, email: "new@example.com" }))).toBe(subject);
    for (const other of [{ sub: "u2" }, { tenant: "other" }, { role: "supervisor" }])
      expect(tokenSubject(tokenWith({ ...claims, ...other }))).not.toBe(subject);
  });

  it("reads characters that base64url writes as - and _", () => {
    expect(tokenUserId(tokenWith({ sub: "??>>" }))).toBe("??>>");
    expect(tokenUserId("wrong")).toBe("");
  });
});

describe("takeTokenFromFragment", () => {
  it("takes the token out of the address, and leaves the filters", () => {
    const replaceState = vi.fn();
    vi.stubGlobal("location", { hash: "#token=abc", pathname: "/", search: "?period=last7" });
    vi.stubGlobal("history", { state: null, replaceState });
    expect(takeTokenFromFragment()).toBe("abc");
    expect(replaceState).toHaveBeenCalledWith(null, "", "/?period=last7");
  });

  it("leaves other fragments alone", () => {
    vi.stubGlobal("location", { hash: "#content", pathname: "/", search: "" });
    expect(takeTokenFromFragment()).toBeNull();
  });
});
