import { beforeEach, describe, expect, it, vi } from "vitest";
import { es } from "../i18n/es";
import { createApi, operationName } from "./client";
import * as generated from "./generated/operations";

vi.mock("graphql-ws", () => ({ createClient: () => ({ dispose: () => undefined }) }));

const { TypedDocumentString, ViewerDocument } = generated;

/** Answer each request with a body; return the requests, and an API that sends them. */
function apiThatAnswers(respond: () => Promise<Response>) {
  const fetch = vi.fn<(url: string, request: RequestInit) => Promise<Response>>(respond);
  vi.stubGlobal("fetch", fetch);
  const onTokenRejected = vi.fn();
  const controller = new AbortController();
  const credentials = { token: "first", ended: controller.signal };
  return { api: createApi(credentials, onTokenRejected), fetch, onTokenRejected, credentials, controller };
}

const json = (body: unknown, status = 200) => Promise.resolve(Response.json(body, { status }));

const errorOf = (code: string) => ({ errors: [{ message: "no", extensions: { code } }] });

beforeEach(() => vi.stubGlobal("location", { href: "http://service.example/exports" }));

describe("request", () => {
  it("posts the document by its name, with the newest token", async () => {
    const { api, fetch, credentials } = apiThatAnswers(() => json({ data: { viewer: null } }));
    credentials.token = "newer";
    expect(await api.request(ViewerDocument, {})).toEqual({ viewer: null });
    const [url, request] = fetch.mock.calls[0] ?? [];
    expect(url).toBe("http://service.example/graphql");
    expect(request).toMatchObject({ method: "POST", headers: { authorization: "Bearer newer" } });
    expect(JSON.parse(request?.body as string)).toEqual({
      query: ViewerDocument.toString(),
      operationName: "Viewer",
      variables: {},
    });
  });

  it.each([
    ["RATE_LIMITED", 429, "busy", "Van demasiadas consultas seguidas"],
    ["UNAVAILABLE", 503, "unavailable", "Por ahora no podemos responder"],
    ["TIMEOUT", 200, "slow", "La consulta tardó demasiado"],
    ["QUERY_TOO_COMPLEX", 200, "tooMuch", "La consulta pide demasiado de una vez"],
    ["FORBIDDEN", 200, "forbidden", "No tienes acceso a estos números"],
    ["BAD_USER_INPUT", 400, "refused", "El servicio no aceptó estos filtros"],
    ["INTERNAL_SERVER_ERROR", 500, "failed", "Algo falló de nuestro lado"],
    ["ANYTHING_ELSE", 200, "failed", "Algo falló de nuestro lado"],
  ] as const)("tells %s from other errors, whatever the status", async (code, status, kind, title) => {
    const { api, onTokenRejected } = apiThatAnswers(() => json({ data: null, ...errorOf(code) }, status));
    await expect(api.request(ViewerDocument, {})).rejects.toMatchObject({ kind, message: "no" });
    expect(es.states[kind]).toBe(title);
    expect(onTokenRejected).not.toHaveBeenCalled();
  });

  it("is offline where nothing answers, or something else than the API", async () => {
    for (const respond of [
      () => Promise.reject(new TypeError("Failed to fetch")),
      () => Promise.resolve(new Response("<h1>Bad Gateway</h1>", { status: 502 })),
    ])
      await expect(apiThatAnswers(respond).api.request(ViewerDocument, {})).rejects.toMatchObject({ kind: "offline" });
  });

  it("has failed, and is not offline, where the service broke without words", async () => {
    const { api } = apiThatAnswers(() => Promise.resolve(new Response("Internal Server Error", { status: 500 })));
    await expect(api.request(ViewerDocument, {})).rejects.toMatchObject({ kind: "failed" });
  });

  it("reports the very token that was rejected, not one that came meanwhile", async () => {
    const { api, credentials, onTokenRejected } = apiThatAnswers(() => {
      credentials.token = "newer";
      return json(errorOf("UNAUTHENTICATED"), 401);
    });
    await expect(api.request(ViewerDocument, {})).rejects.toThrow();
    expect(onTokenRejected).toHaveBeenCalledExactlyOnceWith("first");
  });

  it("is aborted with its person's session", async () => {
    const { api, fetch, controller } = apiThatAnswers(() => json({ data: {} }));
    await api.request(ViewerDocument, {});
    expect(fetch.mock.calls[0]?.[1].signal?.aborted).toBe(false);
    controller.abort();
    expect(fetch.mock.calls[0]?.[1].signal?.aborted).toBe(true);
  });
});

describe("operationName", () => {
  it("knows each generated document by a name of its own", () => {
    const documents = Object.entries(generated).filter(
      ([name, value]) => name.endsWith("Document") && value instanceof TypedDocumentString,
    );
    const names = documents.map(([, document]) => operationName(document));
    expect(names).toContain("View");
    expect(names.map((name) => `${name}Document`)).toEqual(documents.map(([name]) => name));
  });

  it("refuses a document without a name", () => expect(() => operationName("{ viewer { id } }")).toThrow());
});
