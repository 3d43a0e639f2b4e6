import { VisuallyHidden } from "@mantine/core";
import { IconArrowDownRight, IconArrowUpRight, IconEqual } from "@tabler/icons-react";
import { useTexts } from "../../../i18n/I18nProvider";
import classes from "./Funnel.module.css";

type Value = { number: number | null; shown: string };

type Props = { now: Value; before: Value; lessIsBetter?: boolean };

/** The same number in the period before, and which way it went since. */
export function Before({ now, before, lessIsBetter = false }: Props) {
  const { t } = useTexts();
  const way = wayFrom(before, now);
  const Icon =
    way === undefined ? undefined : { "1": IconArrowUpRight, "-1": IconArrowDownRight, "0": IconEqual }[String(way)];
  const word = way === undefined ? undefined : way > 0 ? t.funnel.rose : way < 0 ? t.funnel.fell : t.funnel.same;
  const good = way ? way > 0 !== lessIsBetter : undefined;
  return (
    <p className={classes.before} data-good={good}>
      {Icon && <Icon size={15} stroke={2} aria-hidden="true" />}
      {word && <VisuallyHidden>{word},</VisuallyHidden>}
      <span data-number="before">{t.funnel.before(before.shown)}</span>
    </p>
  );
}

/** Up (1), down (-1), neither (0): as far as readers see it. Undefined where there is nothing to compare. */
function wayFrom(before: Value, now: Value): number | undefined {
  if (now.number === null || before.number === null) return undefined;
  return now.shown === before.shown ? 0 : Math.sign(now.number - before.number);
}
