import { SegmentedControl, Select } from "@mantine/core";
import { useCallback, useMemo, useState } from "react";
import {
  SeriesDocument,
  type CampaignAnalyticsFilter,
  type Comparison,
  type Granularity,
  type PointFragment,
} from "../../../api/generated/operations";
import { useStableQuery } from "../../../api/useStableQuery";
import { Chart } from "../../../charts/Chart";
import classes from "../../../charts/Chart.module.css";
import { ChartCard } from "../../../charts/ChartCard";
import type { Colors } from "../../../charts/colors";
import { Banner } from "../../../components/states/Banner";
import { useToday } from "../../../hooks/useToday";
import { useI18n } from "../../../i18n/I18nProvider";
import type { Days } from "../../../lib/days";
import { useViewer } from "../../session/ViewerProvider";
import type { Earlier } from "../comparison/comparison";
import { daysBetween, toBuckets } from "./buckets";
import { allowedGranularities, defaultGranularity } from "./granularity";
import { seriesLines, type Measure } from "./lines";
import { EARLIER, SeriesLegend } from "./SeriesLegend";
import { seriesOption } from "./seriesOption";
import { seriesTable } from "./seriesTable";
import { useEarlierBuckets } from "./useEarlierBuckets";

type Props = {
  /** The points of the default granularity. */
  initialPoints: PointFragment[];
  days: Days;
  filter: CampaignAnalyticsFilter;
  /** The earlier period, where the view is compared with one. */
  earlier: Earlier | undefined;
  comparison: Comparison | null;
  viewReceivedAt: number;
  /** Show some of the days only. */
  onDays: (days: Days) => void;
};

const HIDDEN_AT_FIRST = ["sent", "delivered", "bounced"]; // they lie close to others

/** The funnel over time, in counts or rates. */
export function SeriesChart({ initialPoints, days, filter, earlier, comparison, viewReceivedAt, onDays }: Props) {
  const { t, format } = useI18n();
  const { viewer, limits } = useViewer();
  const today = useToday(viewer.timeZone);
  const [measure, setMeasure] = useState<Measure>("counts");
  const [hiddenLines, setHiddenLines] = useState<string[]>(HIDDEN_AT_FIRST);
  const [chosen, setChosen] = useState<Granularity>(defaultGranularity(days));
  const { answer, isPending, error, refetch } = useStableQuery(
    SeriesDocument,
    { filter, granularity: chosen },
    {
      part: {
        choice: chosen,
        viewReceivedAt,
        initialData:
          chosen === defaultGranularity(days) ? { campaignAnalytics: { timeSeries: initialPoints } } : undefined,
      },
    },
  );
  const points = answer?.data.campaignAnalytics?.timeSeries ?? initialPoints;
  const granularity = answer?.choice ?? chosen;
  const choose = (next: Granularity | null) => (next === null || next === chosen ? refetch() : setChosen(next));

  const buckets = useMemo(
    () => toBuckets({ points, granularity, days, today, t, format }),
    [points, granularity, days, today, t, format],
  );
  const before = useEarlierBuckets({
    ...{ filter, granularity, earlier, comparison, today, viewReceivedAt },
    isShown: !hiddenLines.includes(EARLIER),
  });
  const lines = useMemo(() => seriesLines(measure, t, format), [measure, t, format]);
  const shownLines = useMemo(() => lines.filter(({ key }) => !hiddenLines.includes(key)), [lines, hiddenLines]);
  const [firstLine] = shownLines;
  const period = t.comparison.lines[comparison === "SAME_PERIOD_LAST_YEAR" ? "year" : "previous"];
  const earlierLine = earlier && firstLine && { ...firstLine, name: `${firstLine.name}, ${period}` };
  const option = useCallback(
    (colors: Colors) =>
      seriesOption({ buckets, earlier: before.buckets, lines: shownLines, measure, colors, t, format }),
    [buckets, before.buckets, shownLines, measure, t, format],
  );
  const range = useMemo(() => {
    if (buckets.length < 2 || days.from === days.to) return undefined;
    const onRange = (first: number, last: number) => onDays(daysBetween(buckets, first, last, days));
    return { count: buckets.length, onRange };
  }, [buckets, days, onDays]);
  const toggleLine = (key: string) =>
    setHiddenLines(hiddenLines.includes(key) ? hiddenLines.filter((hidden) => hidden !== key) : [...hiddenLines, key]);

  return (
    <ChartCard
      title={t.charts.series}
      definition="CampaignAnalytics.timeSeries"
      area="series"
      controls={
        <>
          <SegmentedControl
            size="xs"
            aria-label={t.charts.measure}
            value={measure}
            onChange={(next) => setMeasure(next)}
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
            data={allowedGranularities(days, limits.seriesPoints).map((value) => ({
              value,
              label: t.charts.granularities[value],
            }))}
          />
        </>
      }
      banner={
        error ? (
          <Banner text={t.charts.seriesFailed} action={t.states.retry} onAction={refetch} />
        ) : (
          before.error && <Banner text={t.comparison.failed} action={t.states.retry} onAction={before.refetch} />
        )
      }
      chart={
        <div className={classes.drawn} aria-busy={isPending}>
          <SeriesLegend lines={lines} earlier={earlierLine} hidden={hiddenLines} onToggle={toggleLine} />
          <Chart label={t.charts.series} option={option} range={range} />
        </div>
      }
      table={() => ({
        ...seriesTable({ buckets, earlier: before.buckets, lines, compared: firstLine, t }),
        onChoose: range && ((row) => range.onRange(row, row)),
      })}
    />
  );
}
