import { VisuallyHidden } from "@mantine/core";
import { IconArrowDownRight, IconArrowUpRight, IconEqual } from "@tabler/icons-react";
import { useI18n } from "../../../i18n/I18nProvider";
import { directionOf, type Measured } from "./direction";
import classes from "./PreviousPeriodDelta.module.css";

const ICON_PROPS = { size: 15, stroke: 2, "aria-hidden": true };
const ICONS = {
  rose: <IconArrowUpRight {...ICON_PROPS} />,
  fell: <IconArrowDownRight {...ICON_PROPS} />,
  same: <IconEqual {...ICON_PROPS} />,
};

type Props = { current: Measured; previous: Measured; lessIsBetter?: boolean; className?: string | undefined };

/** A number in the previous period, and whether it rose or fell since. */
export function PreviousPeriodDelta({ current, previous, lessIsBetter = false, className = "" }: Props) {
  const { t } = useI18n();
  const direction = directionOf(previous, current);
  const isGood = direction && direction !== "same" ? (direction === "rose") !== lessIsBetter : undefined;
  return (
    <p className={`${classes.delta} ${className}`} data-good={isGood}>
      {direction && ICONS[direction]}
      {direction && <VisuallyHidden>{t.funnel[direction]},</VisuallyHidden>}
      <span data-number="before">{t.funnel.before(previous.text)}</span>
    </p>
  );
}
