import { MantineProvider } from "@mantine/core";
import type { ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { I18nProvider } from "../../../i18n/I18nProvider";
import { AmountDelta, RateDelta } from "./PreviousPeriodDelta";

beforeEach(() => vi.stubGlobal("navigator", { languages: ["es-CL"] }));
afterEach(() => vi.unstubAllGlobals());

const DAYS = { from: "2026-10-01", to: "2026-10-31" };

const of = (count: number, base: number) => ({ count, base, rate: base > 0 ? count / base : null });

function render(delta: ReactNode): { judgment: string | undefined; text: string } {
  const html = renderToStaticMarkup(
    <MantineProvider>
      <I18nProvider>{delta}</I18nProvider>
    </MantineProvider>,
  );
  const heard = html.replace(/<style.*<\/style>|<(\w+)[^>]* aria-hidden="true".*?<\/\1>|<[^>]+>/gs, "");
  return { judgment: /data-judgment="(\w+)"/.exec(html)?.[1], text: heard };
}

describe("RateDelta", () => {
  it("writes points, says the earlier rate with its days, and that chance does not explain the change", () => {
    const { judgment, text } = render(
      <RateDelta current={of(560, 700)} earlier={of(480, 800)} days={DAYS} isMaturing />,
    );
    expect(judgment).toBe("better");
    expect(text).toMatch(/^Subió, \+20,0 pp, antes 60,0% · 1.*31.*2026\. El azar no explica la diferencia\.$/);
  });

  it("takes more bounces for worse", () => {
    const delta = <RateDelta current={of(80, 700)} earlier={of(40, 800)} days={DAYS} isMaturing lessIsBetter />;
    expect(render(delta).judgment).toBe("worse");
  });

  it("has only the earlier rate beside a share of nothing", () => {
    const { judgment, text } = render(<RateDelta current={of(0, 0)} earlier={of(1, 2)} days={DAYS} isMaturing />);
    expect(judgment).toBeUndefined();
    expect(text).toContain("antes 50,0%");
    expect(text).not.toContain("pp");
  });
});

describe("AmountDelta", () => {
  it("writes the change in percent, which is neither good nor bad", () => {
    const delta = <AmountDelta current={109} earlier={100} text={String} days={DAYS} />;
    const { judgment, text } = render(delta);
    expect(judgment).toBeUndefined();
    expect(text).toContain("Subió, +9,0%, antes 100");
  });

  it("writes no percentage of nothing", () => {
    expect(render(<AmountDelta current={5} earlier={0} text={String} days={DAYS} />).text).toMatch(/^antes 0 · /);
  });
});
