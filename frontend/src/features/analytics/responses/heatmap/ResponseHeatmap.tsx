import { Select } from "@mantine/core";
import type { CampaignAnalyticsFilter, ViewQuery } from "../../../../api/generated/operations";
import { ChartCard } from "../../../../charts/ChartCard";
import { changeParameters, useParameters } from "../../../../hooks/useParameters";
import { useI18n } from "../../../../i18n/I18nProvider";
import type { Days } from "../../../../lib/dates/days";
import classes from "./SendHours.module.css";
import { MEASURES, PARAMETER, parseMeasure } from "./sendTimes";
import { useReplyHours } from "./useReplyHours";
import { useSendHours } from "./useSendHours";

type Props = {
  cells: NonNullable<ViewQuery["campaignAnalytics"]>["responseHeatmap"];
  days: Days;
  filter: CampaignAnalyticsFilter;
  viewReceivedAt: number;
};

/** The week as a heat map: responses by their own hour, or by the hour of sending their rate or their time. */
export function ResponseHeatmap({ cells, days, filter, viewReceivedAt }: Props) {
  const { t } = useI18n();
  const { sends } = t.charts;
  const measure = parseMeasure(useParameters());
  const isBySending = measure !== "responses";
  const byReply = useReplyHours(cells);
  const bySending = useSendHours(isBySending ? measure : "rate", isBySending, filter, viewReceivedAt);
  return (
    <ChartCard
      {...(isBySending ? bySending : byReply)}
      area="heatmap"
      days={days}
      controls={
        <Select
          size="xs"
          className={classes.measure ?? ""}
          aria-label={sends.choose}
          allowDeselect={false}
          value={measure}
          onChange={(next) => changeParameters({ [PARAMETER]: next === "responses" ? null : next })}
          data={MEASURES.map((value) => ({ value, label: sends.choices[value] }))}
        />
      }
    />
  );
}
