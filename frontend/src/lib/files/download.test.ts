import { expect, it } from "vitest";
import { fileNameOf } from "./download";

it("a file is named after its card and days, by letters that every system takes", () => {
  expect(fileNameOf("Envíos: por/agente", { from: "2026-11-01", to: "2026-11-30" }, "csv")).toBe(
    "Envíos por agente 2026-11-01 2026-11-30.csv",
  );
  expect(fileNameOf("Evolución", { from: "2026-11-01", to: "2026-11-01" }, "png")).toBe("Evolución 2026-11-01.png");
});
