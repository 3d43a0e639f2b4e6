import { useState } from "react";
import type { CampaignAnalyticsFilter, StepsFragment, ViewQuery } from "../../../api/generated/operations";
import { Card } from "../../../components/Card";
import { DefinitionPopover } from "../../../components/DefinitionPopover";
import { useI18n } from "../../../i18n/I18nProvider";
import { AllMessages, MissingCount, StepCount } from "../messages/number/StepCount";
import { BounceReasons } from "./bounces/BounceReasons";
import classes from "./Funnel.module.css";
import { FunnelShape } from "./FunnelShape";
import { MaturingNote } from "./MaturingNote";
import { PreviousPeriodDelta } from "./PreviousPeriodDelta";
import { funnelSteps, type Step } from "./steps";

type Numbers = NonNullable<ViewQuery["campaignAnalytics"]>;

/** The funnel: the messages and tickets of each step, compared with the previous period. */
export function Funnel({ numbers, filter }: { numbers: Numbers; filter: CampaignAnalyticsFilter }) {
  const { t, format } = useI18n();
  const previous = numbers.previousPeriod;
  const steps = funnelSteps(numbers.funnel);
  const previousSteps = previous && funnelSteps(previous.funnel);
  const note = previous && t.funnel.previous(format.days(previous.period.from, previous.period.to));
  return (
    <Card title={t.funnel.title} note={note}>
      <div className={classes.funnel}>
        <ol className={classes.steps}>
          {steps.map((step, index) => (
            <StepNumbers key={step.name} step={step} previous={previousSteps?.[index]} funnel={numbers.funnel} />
          ))}
        </ol>
        <FunnelShape steps={steps} />
        <Losses funnel={numbers.funnel} previous={previous?.funnel} filter={filter} />
      </div>
      <MaturingNote maturing={numbers.maturing} timeZone={numbers.period.timeZone} />
    </Card>
  );
}

type StepProps = { step: Step; previous: Step | undefined; funnel: StepsFragment };

function StepNumbers({ step, previous, funnel }: StepProps) {
  const { t, format } = useI18n();
  const total = funnel.messages;
  const name = t.funnel.headings[step.name];
  const isFirst = step.name === "messages";
  const headline = ({ count, rate }: Step) =>
    isFirst ? { number: count, text: format.count(count) } : { number: rate, text: format.rate(rate) };
  return (
    <li className={classes.step} data-step={step.name}>
      <h3 className={classes.name}>{name}</h3>
      <DefinitionPopover
        field={`Funnel.${step.name}`}
        name={name}
        label={`${t.funnel[step.name]} ${headline(step).text}`}
        className={classes.number}
      >
        {headline(step).text}
      </DefinitionPopover>
      {previous && (
        <PreviousPeriodDelta current={headline(step)} previous={headline(previous)} className={classes.delta} />
      )}
      <p className={classes.counts}>
        {step.name === "messages" ? (
          <AllMessages count={step.count} />
        ) : (
          <StepCount name={step.name} count={step.count} base={step.base} />
        )}
        <DefinitionPopover field="Funnel.tickets" name={t.tables.tickets}>
          <span data-number="tickets">
            <b>{format.count(step.tickets)}</b> {t.funnel.tickets(step.tickets)}
          </span>
        </DefinitionPopover>
        {step.name !== "messages" && step.name !== "sent" && <MissingCount name={step.name} funnel={funnel} />}
      </p>
      <div className={classes.bar} aria-hidden="true">
        <div style={{ width: `${total > 0 ? (100 * step.count) / total : 0}%` }} />
      </div>
    </li>
  );
}

type LossesProps = { funnel: StepsFragment; previous: StepsFragment | undefined; filter: CampaignAnalyticsFilter };

/** The messages that are not sent: bounced ones, with their reasons on demand, and ones without an answer yet. */
function Losses({ funnel, previous, filter }: LossesProps) {
  const { t, format } = useI18n();
  const [isOpen, setIsOpen] = useState(false);
  const { bounced, pending } = funnel;
  const measured = ({ rate }: { rate: number | null }) => ({ number: rate, text: format.rate(rate) });
  return (
    <div className={classes.losses}>
      <div className={classes.loss} data-step="bounced">
        <DefinitionPopover field="Funnel.bounced" name={t.funnel.bounced}>
          {t.funnel.bounced}{" "}
          <b className={classes.bad} data-some={bounced.count > 0 || undefined}>
            {format.rate(bounced.rate)}
          </b>
        </DefinitionPopover>
        <StepCount name="bounced" count={bounced.count} base={bounced.base} />
        {previous && (
          <PreviousPeriodDelta
            current={measured(bounced)}
            previous={measured(previous.bounced)}
            lessIsBetter
            className={classes.delta}
          />
        )}
        {bounced.count > 0 && (
          <button
            type="button"
            className={`${classes.more ?? ""} no-print`}
            onClick={() => setIsOpen(true)}
            aria-haspopup="dialog"
          >
            {t.funnel.seeReasons}
          </button>
        )}
      </div>
      {pending.count > 0 && (
        <div className={classes.loss} data-step="pending">
          <DefinitionPopover field="Funnel.pending" name={t.funnel.pending}>
            {t.funnel.pending} <b>{format.rate(pending.rate)}</b>
          </DefinitionPopover>
          <StepCount name="pending" count={pending.count} base={pending.base} />
        </div>
      )}
      <BounceReasons opened={isOpen} onClose={() => setIsOpen(false)} filter={filter} />
    </div>
  );
}
