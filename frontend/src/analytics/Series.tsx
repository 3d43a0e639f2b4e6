import { SegmentedControl, Select } from "@mantine/core";
import { useCallback, useState } from "react";
import {
  SeriesDocument,
  type CampaignAnalyticsFilter,
  type Granularity,
  type PointFragment,
} from "../api/generated/operations";
import { useAnswer } from "../api/useAnswer";
import { Chart } from "../charts/Chart";
import type { Colours } from "../charts/colours";
import { Figure } from "../charts/Figure";
import { useViewer } from "../session/Viewer";
import { useTexts } from "../texts";
import { length, type Days } from "./days";
import { linesOf, seriesOption, type Measure } from "./seriesOption";
import { SeriesLegend } from "./SeriesLegend";

const GRANULARITIES: Granularity[] = ["HOUR", "DAY", "WEEK", "MONTH"];

/** The granularity that suits a range best: some tens of points. */
export function suiting(days: Days): Granularity {
  const count = length(days);
  return count <= 2 ? "HOUR" : count <= 100 ? "DAY" : count <= 550 ? "WEEK" : "MONTH";
}

type Props = { first: PointFragment[]; days: Days; filter: CampaignAnalyticsFilter };

/** The funnel over time, in counts or rates. `first` are the points of the suiting granularity. */
export function Series({ first, days, filter }: Props) {
  const { t, f } = useTexts();
  const { seriesPoints } = useViewer().limits;
  const [measure, setMeasure] = useState<Measure>("counts");
  const [chosen, setChosen] = useState<Granularity>();
  const granularity = chosen ?? suiting(days);
  const same = granularity === suiting(days);
  const { data } = useAnswer(SeriesDocument, { filter, granularity }, { pause: same });
  const points = (same ? undefined : data?.campaignAnalytics?.timeSeries) ?? first;

  const dated = (point: PointFragment) =>
    granularity === "HOUR" ? `${f.day(point.on)} ${point.startsAt.slice(11, 16)}` : f.day(point.on);
  const short = (point: PointFragment) =>
    granularity === "HOUR"
      ? point.startsAt.slice(11, 16)
      : granularity === "MONTH"
        ? f.month(point.on)
        : f.shortDay(point.on);
  const option = useCallback(
    (colours: Colours) => seriesOption({ points, measure, colours, t, f, dated, short }),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- dated and short follow from granularity and f
    [points, measure, t, f, granularity],
  );
  const lines = linesOf(measure, t, f);
  const offered = GRANULARITIES.filter((one) => one !== "HOUR" || length(days) * 24 < seriesPoints);

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
            onChange={(one) => setChosen(one ?? undefined)}
            data={offered.map((value) => ({ value, label: t.charts.granularities[value] }))}
          />
        </>
      }
      chart={
        <>
          <SeriesLegend lines={lines} />
          <Chart label={t.charts.series} option={option} />
        </>
      }
      values={() => ({
        head: [t.charts.date, ...lines.map(({ name }) => name)],
        rows: points.map((point) => [dated(point), ...lines.map((line) => line.shown(point.funnel))]),
      })}
    />
  );
}
