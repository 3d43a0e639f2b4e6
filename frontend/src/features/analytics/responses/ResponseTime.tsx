import type { TimesFragment } from "../../../api/generated/operations";
import { Card } from "../../../components/Card";
import { useTexts } from "../../../i18n/I18nProvider";
import { Before } from "../funnel/PreviousPeriodDelta";
import { Defined } from "../../../components/DefinitionPopover";
import classes from "./ResponseTime.module.css";

type Props = { times: TimesFragment; before: TimesFragment | undefined };

/** How long customers took to reply. */
export function ResponseTime({ times, before }: Props) {
  const { t, f } = useTexts();
  const shown = [
    { key: "median", name: t.charts.median, about: t.charts.medianAbout },
    { key: "p90", name: t.charts.p90, about: t.charts.p90About },
  ] as const;
  const shownTime = (number: number | null) => ({ number, shown: f.seconds(number) });
  return (
    <Card title={t.charts.speed} definition="CampaignAnalytics.responseTime" area="speed">
      <dl className={classes.times}>
        {shown.map(({ key, name, about }) => (
          <div key={key} data-time={key}>
            <dt>{name}</dt>
            <dd>
              <Defined
                of={`ResponseTime.${key}`}
                name={name}
                label={`${name} ${f.seconds(times[key])}`}
                className={classes.number}
              >
                {f.seconds(times[key])}
              </Defined>
            </dd>
            {before && (
              <dd>
                <Before now={shownTime(times[key])} before={shownTime(before[key])} lessIsBetter />
              </dd>
            )}
            <dd className={classes.about}>{about}</dd>
          </div>
        ))}
      </dl>
      <p className={classes.base}>
        <b>{f.count(times.responses)}</b> {t.charts.responses(times.responses)}
      </p>
    </Card>
  );
}
