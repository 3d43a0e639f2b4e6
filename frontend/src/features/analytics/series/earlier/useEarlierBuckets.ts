import { useMemo } from "react";
import {
  EarlierSeriesDocument,
  type CampaignAnalyticsFilter,
  type Comparison,
  type Granularity,
} from "../../../../api/generated/operations";
import { useStableQuery } from "../../../../api/useStableQuery";
import { useI18n } from "../../../../i18n/I18nProvider";
import type { Earlier } from "../../comparison/comparison";
import { toEarlierBuckets, type Bucket } from "../buckets";

type Input = {
  filter: CampaignAnalyticsFilter;
  granularity: Granularity;
  earlier: Earlier | undefined;
  comparison: Comparison | null;
  today: string;
  viewReceivedAt: number;
  isShown: boolean;
};

const NONE: Bucket[] = [];

/** Ask for the points of the earlier period, after those of the view and only while they are shown. */
export function useEarlierBuckets({ filter, granularity, earlier, comparison, today, viewReceivedAt, isShown }: Input) {
  const { t, format } = useI18n();
  const isAsked = isShown && earlier !== undefined && comparison !== null;
  const choice = `${granularity} ${comparison}`;
  const { answer, error, refetch } = useStableQuery(
    EarlierSeriesDocument,
    { filter, granularity, comparison: comparison ?? "DAYS_BEFORE" },
    { enabled: isAsked, part: { choice, viewReceivedAt, initialData: undefined } },
  );
  const points = answer?.choice === choice ? answer.data.campaignAnalytics?.previousPeriod?.timeSeries : undefined;
  const buckets = useMemo(
    () => (isAsked && points ? toEarlierBuckets({ points, granularity, earlier, today, t, format }) : NONE),
    [isAsked, points, granularity, earlier, today, t, format],
  );
  return { buckets, error: isAsked ? error : null, refetch };
}
