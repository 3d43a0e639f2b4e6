import { SegmentedControl, Select } from "@mantine/core";
import { useCallback, useMemo } from "react";
import {
  SeriesDocument,
  type CampaignAnalyticsFilter,
  type Comparison,
  type PointFragment,
} from "../../../api/generated/operations";
import { useStableQuery } from "../../../api/useStableQuery";
import { Chart } from "../../../charts/Chart";
import classes from "../../../charts/Chart.module.css";
import { ChartCard } from "../../../charts/ChartCard";
import type { Colors } from "../../../charts/colors";
import { Banner } from "../../../components/states/Banner";
import { changeParameters, useParameters } from "../../../hooks/useParameters";
import { useToday } from "../../../hooks/useToday";
import { useI18n } from "../../../i18n/I18nProvider";
import type { Days } from "../../../lib/dates/days";
import { useViewer } from "../../session/ViewerProvider";
import { AnnotationList } from "../annotations/AnnotationList";
import { annotationText } from "../annotations/annotationText";
import { annotationsByPoint } from "../annotations/marks";
import { useAnnotations } from "../annotations/useAnnotations";
import type { Earlier } from "../comparison/comparison";
import { daysBetween, toBuckets } from "./buckets";
import { allowedGranularities, defaultGranularity } from "./granularity/granularity";
import { earlierLine, seriesLines, type LineKey } from "./lines";
import { alignEarlier, weekdayOffset } from "./earlier/alignment";
import { SeriesLegend } from "./SeriesLegend";
import { seriesOption } from "./seriesOption";
import { seriesTable } from "./seriesTable";
import { parseSeriesView, writeSeriesView, type SeriesView } from "./seriesView";
import { useEarlierBuckets } from "./earlier/useEarlierBuckets";

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

/** The funnel over time, in counts or rates. */
export function SeriesChart({ initialPoints, days, filter, earlier, comparison, viewReceivedAt, onDays }: Props) {
  const { t, format } = useI18n();
  const { viewer, limits } = useViewer();
  const today = useToday(viewer.timeZone);
  const allowed = useMemo(() => allowedGranularities(days, limits.seriesPoints), [days, limits.seriesPoints]);
  const search = useParameters();
  const view = useMemo(() => parseSeriesView(search, allowed), [search, allowed]);
  const { measure, lines: shownKeys, hasEarlier, isTable } = view;
  const change = (changes: Partial<SeriesView>) => changeParameters(writeSeriesView({ ...view, ...changes }));
  const chosen = view.granularity ?? defaultGranularity(days);
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
  const choose = (next: SeriesView["granularity"]) => {
    if (next === null || next === chosen) refetch();
    else change({ granularity: next === defaultGranularity(days) ? null : next });
  };

  const buckets = useMemo(
    () => toBuckets({ points, granularity, days, today, t, format }),
    [points, granularity, days, today, t, format],
  );
  const before = useEarlierBuckets({
    ...{ filter, granularity, earlier, comparison, today, viewReceivedAt },
    isShown: hasEarlier,
  });
  const beside = useMemo(
    () => alignEarlier(buckets, before.buckets, granularity),
    [buckets, before.buckets, granularity],
  );
  const annotations = useAnnotations(filter, viewReceivedAt);
  const marks = useMemo(() => {
    const byPoint = annotationsByPoint(buckets, annotations.all);
    return byPoint.map((of) => of.map((annotation) => annotationText(t, format, annotation)));
  }, [buckets, annotations.all, t, format]);
  const lines = useMemo(() => seriesLines(measure, t, format), [measure, t, format]);
  const shownLines = useMemo(() => lines.filter(({ key }) => shownKeys.includes(key)), [lines, shownKeys]);
  const [firstLine] = shownLines;
  const periodName = t.comparison.lines[comparison === "SAME_PERIOD_LAST_YEAR" ? "year" : "previous"];
  const option = useCallback(
    (colors: Colors) => {
      const earlier = { buckets: beside, periodName };
      return seriesOption({ buckets, earlier, marks, lines: shownLines, measure, colors, t, format });
    },
    [buckets, beside, periodName, marks, shownLines, measure, t, format],
  );
  const range = useMemo(() => {
    if (buckets.length < 2 || days.from === days.to) return undefined;
    const onRange = (first: number, last: number) => onDays(daysBetween(buckets, first, last, days));
    return { count: buckets.length, onRange };
  }, [buckets, days, onDays]);
  const toggleLine = (key: LineKey) =>
    change({ lines: shownKeys.includes(key) ? shownKeys.filter((shown) => shown !== key) : [...shownKeys, key] });

  return (
    <ChartCard
      title={t.charts.series}
      definition="CampaignAnalytics.timeSeries"
      about={
        before.buckets.length > 0
          ? t.comparison.beside[weekdayOffset(buckets, before.buckets, granularity) === 0 ? "inOrder" : "byWeekday"]
          : undefined
      }
      area="series"
      days={days}
      option={option}
      hasLegend
      shown={{ isTable, onTable: (next) => change({ isTable: next }) }}
      controls={
        <>
          <SegmentedControl
            size="xs"
            aria-label={t.charts.measure}
            value={measure}
            onChange={(next) => change({ measure: next })}
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
            data={allowed.map((value) => ({
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
          <SeriesLegend
            lines={lines}
            shown={shownKeys}
            onToggle={toggleLine}
            earlier={earlier && firstLine && { ...earlierLine(firstLine, periodName), isShown: hasEarlier }}
            onToggleEarlier={() => change({ hasEarlier: !hasEarlier })}
          />
          <Chart label={t.charts.series} option={option} range={range} />
          <AnnotationList annotations={annotations} days={days} />
        </div>
      }
      table={() => ({
        ...seriesTable({ buckets, earlier: beside, lines, compared: firstLine, t }),
        onChoose: range && ((row) => range.onRange(row, row)),
      })}
    />
  );
}
