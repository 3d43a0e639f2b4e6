import { Skeleton } from "@mantine/core";
import { Card } from "../../components/Card";
import { useI18n } from "../../i18n/I18nProvider";
import classes from "./AnalyticsPage.module.css";
import { STEPS } from "./funnel/steps";
import { PAGE_SIZE } from "./tables/view/tableView";

/** The page before its first numbers: each part in its place, and as large as it will be. */
export function Skeletons() {
  const { t } = useI18n();
  return (
    <div className={classes.numbers} role="status" aria-label={t.states.loading}>
      <div className={classes.parts} aria-hidden="true">
        <Card title={t.funnel.title} area="funnel">
          <div className={classes.steps}>
            {STEPS.map((step) => (
              <Skeleton key={step} height="5rem" />
            ))}
          </div>
          <Skeleton height="clamp(5rem, 9cqi, 9rem)" mt="md" />
        </Card>
        <DetailSkeletons />
      </div>
    </div>
  );
}

/** The parts beneath the funnel, before they are rendered. */
export function DetailSkeletons() {
  const { t } = useI18n();
  return (
    <>
      <ChartSkeleton title={t.charts.series} area="series" />
      <ChartSkeleton title={t.charts.speed} area="speed" />
      <ChartSkeleton title={t.charts.hours} area="hours" />
      <ChartSkeleton title={t.charts.heatmap} area="heatmap" />
      <ChartSkeleton title={t.answers.title} area="answers" />
      <Card title={t.tables.titles.agents} area="tables">
        {Array.from({ length: PAGE_SIZE }, (_, row) => (
          <Skeleton key={row} height="1.5rem" mb="1rem" />
        ))}
      </Card>
    </>
  );
}

function ChartSkeleton({ title, area }: { title: string; area: string }) {
  return (
    <Card title={title} area={area}>
      <Skeleton height="15.5rem" />
    </Card>
  );
}
