import { expect, it } from "vitest";
import { es } from "../../../i18n/es";
import { createFormats } from "../../../i18n/formats";
import { whereWords } from "./whereWords";

const ANY = {
  step: null,
  reached: true,
  createdTicket: null,
  bounceCodes: null,
  repliedAt: null,
  replyKinds: null,
  button: null,
  text: null,
};

const words = (where: Partial<Parameters<typeof whereWords>[2]>) =>
  whereWords(es, createFormats("es-CL"), { ...ANY, ...where });

it.each([
  [{ step: "BOUNCED" as const }, "Solo: Rebotados"],
  [{ step: "READ" as const, reached: false }, "Solo: No leídos"],
  [{ createdTicket: true }, "Solo: Con ticket creado"],
  [{ bounceCodes: [null] }, "Solo: Rebotados, WhatsApp no indicó el motivo"],
  [{ bounceCodes: [999_999] }, "Solo: Rebotados, código 999999"],
  [{ repliedAt: { weekday: 1, hour: 9 } }, "Solo: Respondidos, lunes a las 09:00"],
  [{ repliedAt: { weekday: null, hour: 9 } }, "Solo: Respondidos, a las 09:00"],
  [{ replyKinds: ["TEXT" as const] }, "Solo: Texto"],
  [{ button: "Sí" }, "Solo: botón «Sí»"],
  [{ step: "SENT" as const, text: "5698" }, "Solo: Enviados, que empiezan con «5698»"],
])("says %o as the dialog did", (where, expected) => expect(words(where)).toBe(expected));

it("says at least that they are not all", () =>
  expect(words({ createdTicket: false })).toBe("Solo algunos de sus mensajes"));
