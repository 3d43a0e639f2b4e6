import { useEffect, useState } from "react";
import { BounceReasonsDocument, type CampaignAnalyticsFilter } from "../../../../api/generated/operations";
import { useStableQuery } from "../../../../api/useStableQuery";
import { Card } from "../../../../components/Card";
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
  const [isAsked, setIsAsked] = useState(false);
  const { answer, error } = useStableQuery(BounceReasonsDocument, { filter }, { enabled: isAsked });
  const isReady = isAsked && (answer !== undefined || error !== null);
  useEffect(() => {
    const ask = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "p" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey)
        return;
      event.preventDefault();
      setIsAsked(true);
    };
    const end = () => setIsAsked(false);
    document.addEventListener("keydown", ask);
    window.addEventListener("afterprint", end);
    return () => {
      document.removeEventListener("keydown", ask);
      window.removeEventListener("afterprint", end);
    };
  }, []);
  useEffect(() => {
    if (isReady) window.print();
  }, [isReady]);
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
