import { MantineProvider } from "@mantine/core";
import { renderToStaticMarkup } from "react-dom/server";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Router } from "wouter";
import type { StepsFragment, ViewQuery } from "../../../api/generated/operations";
import { I18nProvider } from "../../../i18n/I18nProvider";
import { Funnel } from "./Funnel";
import { funnelSteps } from "./steps";

const step = (count: number, tickets: number, rate: number | null, base = 0) => ({ count, tickets, rate, base });

beforeEach(() => vi.stubGlobal("navigator", { languages: ["es-CL"] }));

const FUNNEL: StepsFragment = {
  messages: 1_200_000,
  tickets: 7,
  sent: step(1_000_000, 1_000_001, 0.8, 1_200_000),
  bounced: step(1, 0, 0.1),
  pending: step(0, 0, 0),
  delivered: step(4, 3, 0.5, 1_000_000),
  read: step(2, 2, 0.25),
  responded: step(0, 0, null),
};

describe("funnelSteps", () => {
  it("begins with all messages, which are a share of nothing", () => {
    expect(funnelSteps(FUNNEL).map(({ name, count, tickets, rate }) => [name, count, tickets, rate])).toEqual([
      ["messages", 1_200_000, 7, null],
      ["sent", 1_000_000, 1_000_001, 0.8],
      ["delivered", 4, 3, 0.5],
      ["read", 2, 2, 0.25],
      ["responded", 0, 0, null],
    ]);
  });
});

describe("Funnel", () => {
  it("says of how many a rate is, with 'de' between a million and its noun, as Spanish does", () => {
    const numbers = {
      funnel: FUNNEL,
      previousPeriod: null,
      maturing: { messages: 0, until: null },
      period: { from: "2026-11-01", to: "2026-11-02", timeZone: "UTC" },
    } as unknown as NonNullable<ViewQuery["campaignAnalytics"]>;
    const html = renderToStaticMarkup(
      <MantineProvider>
        <I18nProvider>
          <Router ssrPath="/" ssrSearch="">
            <Funnel numbers={numbers} filter={{ sentOn: { from: "2026-11-01", to: "2026-11-02" } }} />
          </Router>
        </I18nProvider>
      </MantineProvider>,
    );
    const text = html.replace(/<[^>]+>/g, "");
    expect(text).toContain("1.000.000 de 1.200.000 mensajes");
    expect(text).toContain("4 de 1.000.000 de enviados");
    expect(html).toContain('<span data-number="tickets"><b>1.000.001</b> tickets</span>');
    expect(html).toContain('aria-label="1.000.000 de enviados: ver mensajes"');
  });
});
