import { describe, expect, it } from "vitest";
import type { AnnotationFragment } from "../../../api/generated/operations";
import { en } from "../../../i18n/en";
import { es } from "../../../i18n/es";
import { createFormats } from "../../../i18n/formats";
import { annotationDays, annotationText } from "./annotationText";
import { annotationsByPoint } from "./marks";

const spanish = createFormats("es-CL");

const PAUSE: AnnotationFragment = {
  id: "1",
  kind: "STATUS",
  on: "2026-11-03",
  until: "2026-11-03",
  startsAt: "2026-11-03T14:02:00-03:00",
  endsAt: "2026-11-03T17:02:00-03:00",
  template: { id: "t1", name: "oferta" },
  from: null,
  to: "PAUSED",
  reason: "FIRST_PAUSE",
  effectiveAt: null,
  text: null,
  department: null,
  authorName: null,
  deletable: false,
};
const NOTE: AnnotationFragment = {
  ...PAUSE,
  kind: "NOTE",
  on: "2026-11-01",
  startsAt: "2026-11-01T00:00:00-03:00",
  endsAt: "2026-11-03T00:00:00-03:00",
  until: "2026-11-02",
  template: null,
  to: null,
  reason: null,
  text: "Feriado",
};

const said = (annotation: Partial<AnnotationFragment>) => annotationText(es, spanish, { ...PAUSE, ...annotation });

describe("annotationText", () => {
  it("says how long a status lasted, by the clock of the period", () => {
    expect(said({})).toBe("oferta: pausada (primera pausa), de 14:02 a 17:02");
    expect(said({ endsAt: null, to: "DISABLED", reason: null })).toBe("oferta: desactivada, desde 3 nov, 14:02");
    expect(said({ endsAt: "2026-11-04T10:00:00-03:00" })).toContain("de 3 nov, 14:02 a 4 nov, 10:00");
  });

  it("says what changed, and when", () => {
    expect(said({ kind: "QUALITY", from: "YELLOW", to: "RED", endsAt: null, reason: null })).toBe(
      "oferta, 14:02: calidad de media a baja",
    );
    expect(said({ kind: "CATEGORY", from: null, to: "MARKETING", endsAt: null })).toContain("categoría Marketing");
    const due = { effectiveAt: "2026-11-04T14:02:00-03:00" };
    expect(said({ kind: "CATEGORY_ANNOUNCED", from: "UTILITY", to: "MARKETING", endsAt: null, ...due })).toBe(
      "oferta, 14:02: pasará a la categoría Marketing el 4 nov, 14:02",
    );
  });

  it("shows words of a later release as they are", () => {
    expect(said({ to: "NEWS", reason: "NEW_REASON" })).toContain("NEWS (NEW_REASON)");
  });

  it("says whose a note is and for whom", () => {
    const note = { ...NOTE, authorName: "Ana", department: { id: "d1", name: "Ventas" } };
    expect(said(note)).toBe("Feriado (solo Ventas, de Ana)");
    expect(said(NOTE)).toBe("Feriado");
    expect(annotationDays(spanish, NOTE)).toBe(spanish.days("2026-11-01", "2026-11-02"));
    expect(annotationDays(spanish, PAUSE)).toBe(spanish.day("2026-11-03"));
  });

  it("has every word in both languages", () => {
    for (const words of ["qualities", "statuses", "reasons", "wrong"] as const)
      expect(Object.keys(en.annotations[words])).toEqual(Object.keys(es.annotations[words]));
  });
});

describe("annotationsByPoint", () => {
  const points = ["2026-11-02", "2026-11-03", "2026-11-04"].map((on) => ({
    startsAt: `${on}T00:00:00-03:00`,
    on,
    lastDay: on,
  }));

  it("puts each where it begins, and what began before at the first point, the oldest first", () => {
    const late = { ...PAUSE, id: "late", startsAt: "2026-11-04T23:59:00-03:00" };
    const again = { ...PAUSE, id: "again", startsAt: "2026-11-03T00:00:00-03:00" };
    const byPoint = annotationsByPoint(points, [late, PAUSE, again, NOTE]);
    expect(byPoint.map((of) => of.map(({ id, kind }) => `${id} ${kind}`))).toEqual([
      ["1 NOTE"],
      ["again STATUS", "1 STATUS"],
      ["late STATUS"],
    ]);
    expect(annotationsByPoint([], [PAUSE])).toEqual([]);
  });
});
