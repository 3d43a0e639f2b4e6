import { SegmentedControl, Select } from "@mantine/core";
import { useCallback, useMemo, useState } from "react";
import {
  SeriesDocument,
  type CampaignAnalyticsFilter,
  type Granularity,
  type PointFragment,
} from "../../../api/generated/operations";
import { useAnswer } from "../../../api/useAnswer";
import { useFollowing } from "../../../api/useFollowing";
import { useKept } from "../../../api/useKept";
import classes from "../../../charts/Chart.module.css";
import { Chart } from "../../../charts/Chart";
import type { Colours } from "../../../charts/colors";
import { Figure } from "../../../charts/ChartCard";
import { useViewer } from "../../session/ViewerProvider";
import { Notice } from "../../../components/states/Banner";
import { useTexts } from "../../../i18n/I18nProvider";
import { bucketsOf } from "./buckets";
import { length, type Days } from "../../../lib/days";
import { linesOf, seriesOption, type Measure } from "./seriesOption";
import { SeriesLegend } from "./SeriesLegend";
import { useToday } from "../../../hooks/useToday";
import { suiting } from "../viewQuery";

const GRANULARITIES: Granularity[] = ["HOUR", "DAY", "WEEK", "MONTH"];

type Props = { first: PointFragment[]; days: Days; filter: CampaignAnalyticsFilter };

/** The funnel over time, in counts or rates. `first` are the points of the suiting granularity. */
export function Series({ first, days, filter }: Props) {
  const { t, f } = useTexts();
  const { viewer, limits } = useViewer();
  const on = useToday(viewer.timeZone);
  const [measure, setMeasure] = useState<Measure>("counts");
  const [hidden, setHidden] = useState<string[]>([]);
  const [asked, setAsked] = useState<Granularity>();
  const wanted = asked ?? suiting(days);
  const same = wanted === suiting(days);
  const variables = { filter, granularity: wanted };
  const { current, waiting, trouble, retry } = useAnswer(SeriesDocument, variables, { pause: same });
  const found = same ? first : current?.campaignAnalytics?.timeSeries;
  // What is written beside the points is of them, not of those that were asked for.
  const { choice: granularity, value: points } = useKept(wanted, found, { choice: suiting(days), value: first });
  const choose = (one: Granularity | null) => (one === wanted ? retry() : setAsked(one ?? undefined));

  useFollowing(first, !same, retry);

  const buckets = useMemo(
    () => bucketsOf({ points, granularity, days, on, t, f }),
    [points, granularity, days, on, t, f],
  );
  const lines = useMemo(() => linesOf(measure, t, f), [measure, t, f]);
  const option = useCallback(
    (colours: Colours) => {
      const drawn = lines.filter(({ key }) => !hidden.includes(key));
      return seriesOption({ points: buckets, lines: drawn, measure, colours, f });
    },
    [buckets, lines, hidden, measure, f],
  );
  const toggle = (key: string) =>
    setHidden(hidden.includes(key) ? hidden.filter((one) => one !== key) : [...hidden, key]);
  const offered = GRANULARITIES.filter((one) => one !== "HOUR" || length(days) * 24 < limits.seriesPoints);

  return (
    <Figure
      title={t.charts.series}
      definition="CampaignAnalytics.timeSeries"
      area="series"
      controls={
        <>
          <SegmentedControl
            size="xs"
            aria-label={t.charts.measure}
            value={measure}
            onChange={(one) => setMeasure(one)}
            data={[
              { value: "counts", label: t.charts.counts },
              { value: "rates", label: t.charts.rates },
            ]}
          />
          <Select
            size="xs"
            w="7rem"
            aria-label={t.charts.granularity}
            allowDeselect={false}
            value={granularity}
            onChange={choose}
            data={offered.map((value) => ({ value, label: t.charts.granularities[value] }))}
          />
        </>
      }
      notice={trouble && <Notice text={t.charts.seriesFailed} action={t.states.retry} onAction={retry} />}
      chart={
        <div className={classes.drawn} aria-busy={waiting}>
          <SeriesLegend lines={lines} hidden={hidden} toggle={toggle} />
          <Chart label={t.charts.series} option={option} />
        </div>
      }
      values={() => ({
        head: [t.charts.date, ...lines.map(({ name }) => name)],
        rows: buckets.map((point) => [point.title, ...lines.map((line) => line.shown(point.funnel))]),
      })}
    />
  );
}
