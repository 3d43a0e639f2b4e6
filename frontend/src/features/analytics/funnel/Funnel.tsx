import { useState, type ReactNode } from "react";
import type { CampaignAnalyticsFilter, ViewQuery } from "../../../api/generated/operations";
import affordance from "../../../components/affordance.module.css";
import { Card } from "../../../components/Card";
import { DefinitionPopover } from "../../../components/DefinitionPopover";
import { useI18n } from "../../../i18n/I18nProvider";
import { comparableWith, type Earlier } from "../comparison/comparison";
import { AmountDelta, RateDelta } from "../comparison/PreviousPeriodDelta";
import { AllMessages, MissingCount, StepCount } from "../messages/number/StepCount";
import { BounceReasons } from "./bounces/BounceReasons";
import classes from "./Funnel.module.css";
import { FunnelShape } from "./FunnelShape";
import { MaturingNote } from "./MaturingNote";
import { funnelSteps, type Step, type StepName } from "./steps";

type Numbers = NonNullable<ViewQuery["campaignAnalytics"]>;

type FunnelProps = { numbers: Numbers; filter: CampaignAnalyticsFilter; note?: ReactNode };

/** The funnel: the messages and tickets of each step, compared with the earlier period. */
export function Funnel({ numbers, filter, note }: FunnelProps) {
  const { t } = useI18n();
  const steps = funnelSteps(numbers.funnel);
  const earlier = comparableWith(numbers);
  return (
    <Card title={t.funnel.title} note={note}>
      <div className={classes.funnel}>
        <ol className={classes.steps}>
          {steps.map((step) => (
            <StepNumbers key={step.name} step={step} numbers={numbers} earlier={earlier} />
          ))}
        </ol>
        <FunnelShape steps={steps} />
        <Losses numbers={numbers} earlier={earlier} filter={filter} />
      </div>
      <MaturingNote maturing={numbers.maturing} timeZone={numbers.period.timeZone} />
    </Card>
  );
}

type Compared = { numbers: Numbers; earlier: Earlier | undefined };

function StepNumbers({ step, numbers, earlier }: Compared & { step: Step }) {
  const { t, format } = useI18n();
  const { funnel } = numbers;
  const total = funnel.messages;
  const name = t.funnel.headings[step.name];
  const headline = step.name === "messages" ? format.count(step.count) : format.rate(step.rate);
  return (
    <li className={classes.step} data-step={step.name}>
      <h3 className={classes.name}>{name}</h3>
      <DefinitionPopover
        field={`Funnel.${step.name}`}
        name={name}
        label={`${t.funnel[step.name]} ${headline}`}
        className={classes.number}
      >
        {headline}
      </DefinitionPopover>
      {earlier && <StepDelta name={step.name} numbers={numbers} earlier={earlier} />}
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

/** The change of a step: of the number of messages, and of the rates of the others. */
function StepDelta({ name, numbers, earlier }: { name: StepName; numbers: Numbers; earlier: Earlier }) {
  const { format } = useI18n();
  const common = { days: earlier.period, className: classes.delta };
  if (name === "messages") {
    const [current, before] = [numbers.funnel.messages, earlier.funnel.messages];
    const text = (count: number | null) => format.count(count ?? 0);
    return <AmountDelta current={current} earlier={before} text={text} {...common} />;
  }
  const isMaturing = numbers.maturing.messages > 0;
  return (
    <RateDelta current={numbers.funnel[name]} earlier={earlier.funnel[name]} isMaturing={isMaturing} {...common} />
  );
}

type LossesProps = Compared & { filter: CampaignAnalyticsFilter };

/** The messages that are not sent: bounced ones, with their reasons on demand, and ones without an answer yet. */
function Losses({ numbers, earlier, filter }: LossesProps) {
  const { t, format } = useI18n();
  const [isOpen, setIsOpen] = useState(false);
  const { bounced, pending } = numbers.funnel;
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
        {earlier && (
          <RateDelta
            current={bounced}
            earlier={earlier.funnel.bounced}
            isMaturing={numbers.maturing.messages > 0}
            lessIsBetter
            days={earlier.period}
            className={classes.delta}
          />
        )}
        {bounced.count > 0 && (
          <button
            type="button"
            className={`${classes.more ?? ""} ${affordance.opens ?? ""} no-print`}
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
