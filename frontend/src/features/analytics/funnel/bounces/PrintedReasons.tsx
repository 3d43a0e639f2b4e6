import { BounceReasonsDocument, type CampaignAnalyticsFilter } from "../../../../api/generated/operations";
import { useStableQuery } from "../../../../api/useStableQuery";
import { Card } from "../../../../components/Card";
import { usePrintPreparing } from "../../../../hooks/usePrinting";
import { useI18n } from "../../../../i18n/I18nProvider";
import classes from "./BounceReasons.module.css";
import { ReasonsTable } from "./BounceReasons";

/**
 * The reasons of bounces on paper, where nobody can ask for them: the key for printing fetches them first.
 *
 * Of one filter; another one needs another of these.
 */
export function PrintedReasons({ filter }: { filter: CampaignAnalyticsFilter }) {
  const { t } = useI18n();
  const { answer } = useStableQuery(BounceReasonsDocument, { filter }, { enabled: usePrintPreparing() });
  const reasons = answer?.data.campaignAnalytics?.bounceReasons ?? [];
  if (reasons.length === 0) return null;
  return (
    <div className={classes.printed}>
      <Card title={t.funnel.reasons}>
        <ReasonsTable reasons={reasons} />
      </Card>
    </div>
  );
}
