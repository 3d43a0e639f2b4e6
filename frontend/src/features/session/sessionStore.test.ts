import { beforeEach, describe, expect, it, vi } from "vitest";

const tokenWith = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.signature`;

const now = Math.floor(Date.now() / 1000);
const ANA = { tenant: "acme", sub: "ana", role: "analyst", exp: now + 3_600 };
const ANAS_TOKEN = tokenWith(ANA);
const ANAS_NEWER_TOKEN = tokenWith({ ...ANA, exp: now + 7_200 });
const ANAS_EXPIRED_TOKEN = tokenWith({ ...ANA, exp: now - 1 });
const BERTAS_TOKEN = tokenWith({ ...ANA, sub: "berta" });

let stored: Record<string, string>;
let address: { pathname: string; search: string; hash: string };

/** Load a page at an address: in a tab, or in a platform's frame. */
async function loadPage({ url = "/", isFramed = false } = {}) {
  const methods = {
    getItem: (key: string) => stored[key] ?? null,
    setItem: (key: string, value: string) => Reflect.set(stored, key, value),
    removeItem: (key: string) => Reflect.deleteProperty(stored, key),
  };
  const sessionStorage = new Proxy(stored, { get: (_target, name) => Reflect.get(methods, name) as unknown });
  const window = { sessionStorage, parent: null as unknown };
  window.parent = isFramed ? {} : window;
  const go = (path: string) => {
    const { pathname, search, hash } = new URL(path, "http://service.example");
    Object.assign(address, { pathname, search, hash });
  };
  go(url);
  vi.stubGlobal("window", window);
  vi.stubGlobal("location", address);
  vi.stubGlobal("history", { state: null, replaceState: (_state: unknown, _title: string, path: string) => go(path) });
  vi.resetModules();
  const { SessionStore } = await import("./sessionStore");
  return new SessionStore();
}

beforeEach(() => {
  stored = {};
  address = { pathname: "", search: "", hash: "" };
});

describe("a tab", () => {
  it("signs in by a link, which leaves the address with its filters", async () => {
    const store = await loadPage({ url: `/?department=d1#token=${ANAS_TOKEN}` });
    expect(store.getState()).toMatchObject({ token: ANAS_TOKEN, reason: null });
    expect(address).toEqual({ pathname: "/", search: "?department=d1", hash: "" });
    expect(stored).toEqual({ "embudo.token": ANAS_TOKEN });
  });

  it("keeps its session when it is loaded again", async () => {
    stored["embudo.token"] = ANAS_TOKEN;
    expect((await loadPage()).getState().token).toBe(ANAS_TOKEN);
  });

  it("lets a link of another person wait until somebody decides", async () => {
    stored["embudo.token"] = ANAS_TOKEN;
    const store = await loadPage({ url: `/#token=${BERTAS_TOKEN}` });
    expect(store.getState()).toMatchObject({ token: ANAS_TOKEN, linkToken: BERTAS_TOKEN });
    store.dismissLink();
    expect(store.getState()).toMatchObject({ token: ANAS_TOKEN, linkToken: null });
  });

  it("prefers a link to a session that has expired", async () => {
    stored["embudo.token"] = ANAS_EXPIRED_TOKEN;
    const store = await loadPage({ url: `/#token=${BERTAS_TOKEN}` });
    expect(store.getState()).toMatchObject({ token: BERTAS_TOKEN, linkToken: null });
  });

  it("follows a waiting link when its own token turns out to be invalid", async () => {
    stored["embudo.token"] = ANAS_TOKEN;
    const store = await loadPage({ url: `/#token=${BERTAS_TOKEN}` });
    store.rejectToken(ANAS_TOKEN);
    expect(store.getState()).toMatchObject({ token: BERTAS_TOKEN, linkToken: null });
  });

  it("changes nothing but the token for a newer token of the same person", async () => {
    const store = await loadPage({ url: `/#token=${ANAS_TOKEN}` });
    const { session } = store.getState();
    store.signIn(ANAS_NEWER_TOKEN);
    expect(store.getState().session).toBe(session);
    expect(session?.token).toBe(ANAS_NEWER_TOKEN);
    expect(session?.ended.aborted).toBe(false);
  });

  it("is not ended by the rejection of an older token", async () => {
    const store = await loadPage({ url: `/#token=${ANAS_TOKEN}` });
    store.signIn(ANAS_NEWER_TOKEN);
    store.rejectToken(ANAS_TOKEN);
    expect(store.getState().token).toBe(ANAS_NEWER_TOKEN);
  });

  it.each([
    [ANAS_TOKEN, "invalid"],
    [ANAS_EXPIRED_TOKEN, "expired"],
  ])("tells a token that is invalid from one that has expired (%#)", async (token, reason) => {
    const store = await loadPage();
    store.signIn(token);
    store.rejectToken(token);
    expect(store.getState()).toMatchObject({ session: null, reason });
    expect(stored).toEqual({});
  });

  it("leaves another person no request, filter or key of the first", async () => {
    const store = await loadPage({ url: `/?department=d1#token=${ANAS_TOKEN}` });
    const { session } = store.getState();
    stored[`${session?.person ?? ""} graphiql:query`] = "Ana's query";
    store.signIn(BERTAS_TOKEN);
    expect(session?.ended.aborted).toBe(true);
    expect(store.getState().session?.ended.aborted).toBe(false);
    expect(address.search).toBe("");
    expect(stored).toEqual({ "embudo.token": BERTAS_TOKEN });
  });

  it("keeps nothing when its reader signs out", async () => {
    const store = await loadPage({ url: `/?department=d1#token=${ANAS_TOKEN}` });
    stored.other = "value";
    store.signOut();
    expect(store.getState()).toMatchObject({ session: null, reason: "signedOut" });
    expect(stored).toEqual({});
    expect(address.search).toBe("");
  });
});

describe("a framed page", () => {
  it("takes a token from its platform only, and stores none", async () => {
    stored["embudo.token"] = ANAS_TOKEN;
    const store = await loadPage({ url: `/#token=${ANAS_TOKEN}`, isFramed: true });
    expect(store.getState()).toMatchObject({ session: null, reason: "missing" });
    store.signIn(BERTAS_TOKEN);
    expect(store.getState().token).toBe(BERTAS_TOKEN);
    expect(stored).toEqual({ "embudo.token": ANAS_TOKEN });
  });

  it("shows nobody when the browser brings it back", async () => {
    const store = await loadPage({ isFramed: true });
    store.signIn(ANAS_TOKEN);
    store.suspend();
    expect(store.getState().session).toBeNull();
    store.resume();
    expect(store.getState()).toMatchObject({ session: null, reason: "missing" });
  });
});
