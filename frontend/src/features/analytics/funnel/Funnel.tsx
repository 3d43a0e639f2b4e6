import { useState } from "react";
import type { CampaignAnalyticsFilter, StepsFragment, ViewQuery } from "../../../api/generated/operations";
import { Card } from "../../../components/Card";
import { useTexts } from "../../../i18n/I18nProvider";
import { Before } from "./PreviousPeriodDelta";
import { BounceReasons } from "./BounceReasons";
import { Defined } from "../../../components/DefinitionPopover";
import classes from "./Funnel.module.css";
import { FunnelPicture } from "./FunnelShape";
import { Maturing } from "./MaturingNote";
import { stepsOf, type Step } from "./steps";

type Numbers = NonNullable<ViewQuery["campaignAnalytics"]>;

/** The funnel: how many messages and tickets reached each step, and how that was in the period before. */
export function Funnel({ numbers, filter }: { numbers: Numbers; filter: CampaignAnalyticsFilter }) {
  const { t, f } = useTexts();
  const before = numbers.previousPeriod;
  const steps = stepsOf(numbers.funnel);
  const earlier = before && stepsOf(before.funnel);
  const note = before && t.funnel.previous(f.days(before.period.from, before.period.to));
  return (
    <Card title={t.funnel.title} note={note}>
      <div className={classes.funnel}>
        <ol className={classes.steps}>
          {steps.map((step, at) => (
            <StepNumbers key={step.name} step={step} before={earlier?.[at]} whole={numbers.funnel.messages} />
          ))}
        </ol>
        <FunnelPicture steps={steps} />
        <Beneath funnel={numbers.funnel} before={before?.funnel} filter={filter} />
      </div>
      <Maturing maturing={numbers.maturing} timeZone={numbers.period.timeZone} />
    </Card>
  );
}

function StepNumbers({ step, before, whole }: { step: Step; before: Step | undefined; whole: number }) {
  const { t, f } = useTexts();
  const name = t.funnel.headings[step.name];
  const first = step.name === "messages";
  const main = ({ count, rate }: Step) =>
    first ? { number: count, shown: f.count(count) } : { number: rate, shown: f.rate(rate) };
  return (
    <li className={classes.step} data-step={step.name}>
      <h3 className={classes.name}>{name}</h3>
      <Defined
        of={`Funnel.${step.name}`}
        name={name}
        label={`${t.funnel[step.name]} ${main(step).shown}`}
        className={classes.number}
      >
        {main(step).shown}
      </Defined>
      {before && <Before now={main(step)} before={main(before)} />}
      <p className={classes.counts}>
        {!first && (
          <span data-number="count">
            <b>{f.count(step.count)}</b> {t.funnel.noun(step.count)}
          </span>
        )}
        <Defined of="Funnel.tickets" name={t.tables.tickets}>
          <span data-number="tickets">
            <b>{f.count(step.tickets)}</b> {t.funnel.tickets(step.tickets)}
          </span>
        </Defined>
      </p>
      <div className={classes.bar} aria-hidden="true">
        <div style={{ width: `${whole > 0 ? (100 * step.count) / whole : 0}%` }} />
      </div>
    </li>
  );
}

type BeneathProps = { funnel: StepsFragment; before: StepsFragment | undefined; filter: CampaignAnalyticsFilter };

/** What is not sent: bounced, with the reasons on demand, and what WhatsApp has not answered yet. */
function Beneath({ funnel, before, filter }: BeneathProps) {
  const { t, f } = useTexts();
  const [open, setOpen] = useState(false);
  const { bounced, pending } = funnel;
  const shownRate = ({ rate }: { rate: number | null }) => ({ number: rate, shown: f.rate(rate) });
  return (
    <div className={classes.beneath}>
      <div className={classes.leak} data-step="bounced">
        <Defined of="Funnel.bounced" name={t.funnel.bounced}>
          {t.funnel.bounced} <b className={classes.bad}>{f.rate(bounced.rate)}</b>
        </Defined>
        <span data-number="count">
          <b>{f.count(bounced.count)}</b> {t.funnel.noun(bounced.count)}
        </span>
        {before && <Before now={shownRate(bounced)} before={shownRate(before.bounced)} lessIsBetter />}
        {bounced.count > 0 && (
          <button type="button" className={classes.more} onClick={() => setOpen(true)} aria-haspopup="dialog">
            {t.funnel.seeReasons}
          </button>
        )}
      </div>
      {pending.count > 0 && (
        <div className={classes.leak} data-step="pending">
          <Defined of="Funnel.pending" name={t.funnel.pending}>
            {t.funnel.pending} <b>{f.rate(pending.rate)}</b>
          </Defined>
          <span data-number="count">
            <b>{f.count(pending.count)}</b> {t.funnel.noun(pending.count)}
          </span>
        </div>
      )}
      <BounceReasons opened={open} onClose={() => setOpen(false)} filter={filter} />
    </div>
  );
}
