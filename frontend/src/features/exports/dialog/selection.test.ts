import { expect, it } from "vitest";
import { defaultName } from "./selection";

const nameOf = (names: string[], max = 200) => defaultName("Envíos", [{ label: "Agente", names }], String, max);

it("names what the export is filtered by", () => {
  expect(defaultName("Envíos", [], String, 200)).toBe("Envíos");
  expect(nameOf(["Ana", "Luis"])).toBe("Envíos · Ana, Luis");
});

it("says what it is without", () => {
  const without = (names: string[]) =>
    defaultName("Envíos", [{ label: "Agente no es", names, isExcluded: true }], String, 200);
  expect(without(["Ana"])).toBe("Envíos · Agente no es: Ana");
  expect(without(["Ana", "Luis", "Eva"])).toBe("Envíos · Agente no es: 3");
});

it("counts what are many, and leaves out what would be too long", () => {
  expect(nameOf(["Ana", "Luis", "Eva"])).toBe("Envíos · Agente: 3");
  expect(nameOf(["Ana"], 8)).toBe("Envíos");
});
