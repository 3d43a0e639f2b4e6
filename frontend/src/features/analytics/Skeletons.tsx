import { Skeleton } from "@mantine/core";
import { Card } from "../../components/Card";
import { useTexts } from "../../i18n/I18nProvider";
import classes from "./AnalyticsPage.module.css";
import { STEPS } from "./funnel/steps";
import { PAGE } from "./viewQuery";

/** The view before its first numbers: each part where it will be, and as large. */
export function Skeletons() {
  const { t } = useTexts();
  return (
    <div className={classes.numbers} role="status" aria-label={t.states.loading}>
      <div className={classes.parts} aria-hidden="true">
        <Card title={t.funnel.title} area="funnel">
          <div className={classes.steps}>
            {STEPS.map((name) => (
              <Skeleton key={name} height="5rem" />
            ))}
          </div>
          <Skeleton height="clamp(5rem, 9cqi, 9rem)" mt="md" />
        </Card>
        <DetailSkeletons />
      </div>
    </div>
  );
}

/** What is beneath the funnel, before it is there. */
export function DetailSkeletons() {
  const { t } = useTexts();
  return (
    <>
      <Part title={t.charts.series} area="series" />
      <Part title={t.charts.speed} area="speed" />
      <Part title={t.charts.hours} area="hours" />
      <Part title={t.charts.heatmap} area="heatmap" />
      {(["agents", "departments", "templates"] as const).map((area) => (
        <Card key={area} title={t.tables[area]} area={area}>
          {Array.from({ length: PAGE }, (_, row) => (
            <Skeleton key={row} height="2rem" mb="0.75rem" />
          ))}
        </Card>
      ))}
    </>
  );
}

function Part({ title, area }: { title: string; area: string }) {
  return (
    <Card title={title} area={area}>
      <Skeleton height="15.5rem" />
    </Card>
  );
}
