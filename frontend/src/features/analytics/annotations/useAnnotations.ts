import {
  AnnotationsDocument,
  type AnnotationFragment,
  type CampaignAnalyticsFilter,
} from "../../../api/generated/operations";
import { useStableQuery } from "../../../api/useStableQuery";

const NONE: AnnotationFragment[] = [];

/** What happened beside the numbers of a filter, the newest first. */
export type Annotations = ReturnType<typeof useAnnotations>;

/** Ask for the annotations of a filter, which no number waits for. */
export function useAnnotations(filter: CampaignAnalyticsFilter, viewReceivedAt: number) {
  const part = { choice: undefined, viewReceivedAt, initialData: undefined };
  const { answer, error, refetch } = useStableQuery(AnnotationsDocument, { filter }, { part });
  const page = answer?.data.campaignAnalytics?.annotations;
  return { isKnown: page !== undefined, all: page?.nodes ?? NONE, total: page?.totalCount ?? 0, error, refetch };
}
