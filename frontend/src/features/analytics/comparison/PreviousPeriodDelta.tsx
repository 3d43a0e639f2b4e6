import { Tooltip, VisuallyHidden } from "@mantine/core";
import { IconArrowDownRight, IconArrowUpRight, IconEqual } from "@tabler/icons-react";
import { useI18n } from "../../../i18n/I18nProvider";
import type { Days } from "../../../lib/dates/days";
import { directionOf, judge, rateChange, relativeChange, timeChange, type Rate } from "./change";
import classes from "./comparison.module.css";

const ICON_PROPS = { size: 15, stroke: 2, "aria-hidden": true };
const ICONS = {
  rose: <IconArrowUpRight {...ICON_PROPS} />,
  fell: <IconArrowDownRight {...ICON_PROPS} />,
  same: <IconEqual {...ICON_PROPS} />,
};
const TOUCHED = { hover: true, focus: true, touch: true };

type Common = { days: Days; className?: string | undefined };

type AmountProps = Common & {
  current: number | null;
  earlier: number | null;
  /** Write the number. */
  text: (amount: number | null) => string;
};

/** The change of a number of messages in percent: neither good nor bad. */
export function AmountDelta({ current, earlier, text, ...common }: AmountProps) {
  const { format } = useI18n();
  return (
    <Delta
      change={relativeChange(current, earlier)}
      write={format.change}
      before={text(earlier)}
      note={undefined}
      {...common}
    />
  );
}

/** The change of a time in whole percent, as precise as times are: neither good nor bad. */
export function TimeDelta({ current, earlier, text, ...common }: AmountProps) {
  const { format } = useI18n();
  return (
    <Delta
      change={timeChange(current, earlier)}
      write={format.roughChange}
      before={text(earlier)}
      note={undefined}
      {...common}
    />
  );
}

type RateProps = Common & { current: Rate; earlier: Rate; isMaturing: boolean; lessIsBetter?: boolean };

/** The change of a rate in percentage points, colored where chance does not explain it. */
export function RateDelta({ current, earlier, isMaturing, lessIsBetter, ...common }: RateProps) {
  const { t, format } = useI18n();
  const judgment = judge(current, earlier, { isMaturing, ...(lessIsBetter && { lessIsBetter }) });
  return (
    <Delta
      change={rateChange(current, earlier)}
      write={(change) => t.comparison.points(format.points(change))}
      before={format.rate(earlier.rate)}
      note={judgment && { judgment, text: t.comparison.judgments[judgment] }}
      {...common}
    />
  );
}

type Props = Common & {
  change: number | null;
  write: (change: number) => string;
  before: string;
  note: { judgment: string; text: string } | undefined;
};

/** A change, and on hover or focus the earlier number with its days. */
function Delta({ change, write, before, note, days, className = "" }: Props) {
  const { t, format } = useI18n();
  const direction = directionOf(change);
  const earlier = t.comparison.before(before, format.days(days.from, days.to));
  return (
    <p className={`${classes.delta} ${className}`} data-judgment={note?.judgment}>
      <Tooltip label={note ? `${earlier}. ${note.text}` : earlier} events={TOUCHED} multiline maw="18rem">
        <span className={classes.change} tabIndex={0}>
          {direction && ICONS[direction]}
          {direction && <VisuallyHidden>{t.comparison[direction]}, </VisuallyHidden>}
          {change === null ? (
            <span data-number="change" aria-hidden="true">
              {t.comparison.only(before)}
            </span>
          ) : (
            <span data-number="change">{direction === "same" ? t.comparison.same : write(change)}</span>
          )}
          <VisuallyHidden data-number="before">
            {direction && ", "}
            {earlier}
            {note && `. ${note.text}`}
          </VisuallyHidden>
        </span>
      </Tooltip>
    </p>
  );
}
