import type { TimesFragment } from "../../../api/generated/operations";
import { Card } from "../../../components/Card";
import { DefinitionPopover } from "../../../components/DefinitionPopover";
import { useI18n } from "../../../i18n/I18nProvider";
import { named } from "../messages/number/messageSet";
import { MessagesButton } from "../messages/number/MessagesButton";
import type { Earlier } from "../comparison/comparison";
import { TimeDelta } from "../comparison/PreviousPeriodDelta";
import classes from "./ResponseTime.module.css";

type Props = { times: TimesFragment; earlier: Earlier | undefined };

/** The time that customers took to reply: median and 90th percentile. */
export function ResponseTime({ times, earlier }: Props) {
  const { t, format } = useI18n();
  const percentiles = [
    { key: "median", name: t.charts.median },
    { key: "p90", name: t.charts.p90 },
  ] as const;
  return (
    <Card title={t.charts.speed} definition="CampaignAnalytics.responseTime" area="speed">
      <dl className={classes.times}>
        {percentiles.map(({ key, name }) => (
          <div key={key} data-time={key}>
            <dt>{name}</dt>
            <dd>
              <DefinitionPopover
                field={`ResponseTime.${key}`}
                name={name}
                label={`${name} ${format.duration(times[key])}`}
                className={classes.number}
              >
                {format.duration(times[key])}
              </DefinitionPopover>
            </dd>
            {earlier && (
              <dd>
                <TimeDelta
                  current={times[key]}
                  earlier={earlier.responseTime[key]}
                  text={format.duration}
                  days={earlier.period}
                />
              </dd>
            )}
          </div>
        ))}
      </dl>
      <p className={classes.base}>
        <b>
          <MessagesButton counted={named("responded")} shown={format.count(times.responses)} count={times.responses} />
        </b>{" "}
        {t.charts.responses(times.responses)}
      </p>
    </Card>
  );
}
