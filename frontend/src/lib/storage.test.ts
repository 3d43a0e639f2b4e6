import { describe, expect, it, vi } from "vitest";
import { clearStorage, isStorageBlocked, readStorage, writeStorage } from "./storage";

/** Make a storage whose keys are properties, as the browser's are. */
function stubStorage(items: Record<string, string>) {
  const methods = {
    getItem: (key: string) => items[key] ?? null,
    setItem: (key: string, value: string) => Reflect.set(items, key, value),
    removeItem: (key: string) => Reflect.deleteProperty(items, key),
  };
  const sessionStorage = new Proxy(items, {
    get: (_target, name) => Reflect.get(methods, name) as unknown,
  });
  vi.stubGlobal("window", { sessionStorage });
}

describe("storage", () => {
  it("writes, reads and removes", () => {
    stubStorage({});
    expect(readStorage("sessionStorage", "key")).toBeNull();
    writeStorage("sessionStorage", "key", "value");
    expect(readStorage("sessionStorage", "key")).toBe("value");
    writeStorage("sessionStorage", "key", null);
    expect(readStorage("sessionStorage", "key")).toBeNull();
    expect(isStorageBlocked("sessionStorage")).toBe(false);
  });

  it("clears the keys that are accepted only", () => {
    const items = { "a 1": "", "a 2": "", "b 1": "" };
    stubStorage(items);
    clearStorage("sessionStorage", (key) => key.startsWith("a "));
    expect(items).toEqual({ "b 1": "" });
  });

  it("keeps nothing where the browser blocks it, and says so", () => {
    const window = Object.defineProperty({}, "sessionStorage", {
      get: () => {
        throw new DOMException("blocked", "SecurityError");
      },
    });
    vi.stubGlobal("window", window);
    writeStorage("sessionStorage", "key", "value");
    clearStorage("sessionStorage", () => true);
    expect(readStorage("sessionStorage", "key")).toBeNull();
    expect(isStorageBlocked("sessionStorage")).toBe(true);
  });
});
