import { Button } from "@mantine/core";
import { IconFileDownload } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { ViewDocument, type ViewQuery } from "../api/generated/operations";
import { useAnswer } from "../api/useAnswer";
import { ExportDialog } from "../exports/ExportDialog";
import { useViewer } from "../session/Viewer";
import { Heading } from "../shell/Shell";
import { Notice } from "../shell/Notice";
import { Loading, State, TroubleState } from "../shell/states";
import { useTexts } from "../texts";
import classes from "./Analytics.module.css";
import { FilterBar } from "./FilterBar";
import { toInput, type Filters, type Kind } from "./filters";
import { Funnel } from "./Funnel";
import { Heatmap } from "./Heatmap";
import { Hours } from "./Hours";
import { NotYours } from "./NotYours";
import { PAGE } from "./PerformanceTable";
import { ResponseTime } from "./ResponseTime";
import { Series, suiting } from "./Series";
import { Tables } from "./Tables";
import { useFilters } from "./useFilters";

type Numbers = NonNullable<ViewQuery["campaignAnalytics"]>;

/** The view "Envíos individuales". */
export function Analytics() {
  const { t, f } = useTexts();
  const { timeZone } = useViewer().viewer;
  const [filters, change] = useFilters();
  const [exporting, setExporting] = useState(false);
  const filter = useMemo(() => toInput(filters), [filters]);
  const variables = { filter, granularity: suiting(filters), first: PAGE };
  const { data, at, waiting, trouble, retry } = useAnswer(ViewDocument, variables);
  const numbers = data?.campaignAnalytics ?? undefined;
  const known = useMemo(() => namesOf(numbers), [numbers]);
  const showing = numbers && (!trouble || trouble.kind === "offline");

  return (
    <>
      <Heading path={[t.nav.section, t.nav.module]} title={t.nav.sends}>
        <Button
          className="no-print"
          leftSection={<IconFileDownload size={18} stroke={1.6} />}
          disabled={!showing}
          onClick={() => setExporting(true)}
        >
          {t.exporting.open}
        </Button>
      </Heading>
      <FilterBar filters={filters} known={known} change={change} />
      {trouble && showing && at && (
        <Notice text={t.states.offlineStale(f.time(at, timeZone))} action={t.states.retry} onAction={retry} />
      )}
      {showing ? (
        <div className={classes.numbers} data-waiting={waiting || undefined} aria-busy={waiting}>
          <Body numbers={numbers} filters={filters} filter={filter} />
        </div>
      ) : !trouble ? (
        <Loading />
      ) : trouble.kind === "forbidden" && filters.departments.length > 0 ? (
        <NotYours onDrop={() => change({ departments: [] })} />
      ) : (
        <TroubleState kind={trouble.kind} message={trouble.message} retry={retry} />
      )}
      {exporting && numbers && (
        <ExportDialog
          filter={filter}
          days={filters}
          rows={numbers.funnel.messages}
          onClose={() => setExporting(false)}
        />
      )}
    </>
  );
}

type BodyProps = { numbers: Numbers; filters: Filters; filter: ReturnType<typeof toInput> };

function Body({ numbers, filters, filter }: BodyProps) {
  const { t } = useTexts();
  const { viewer } = useViewer();
  if (viewer.departments?.length === 0)
    return <State title={t.states.noDepartments} about={t.states.noDepartmentsAbout} />;
  if (numbers.funnel.messages === 0) return <State title={t.states.empty} about={t.states.emptyAbout} />;
  const key = JSON.stringify(filter); // what one chose in a part is of its filter only
  return (
    <div className={classes.parts}>
      <div data-area="funnel">
        <Funnel numbers={numbers} filter={filter} />
      </div>
      <Series key={`series ${key}`} first={numbers.timeSeries} days={filters} filter={filter} />
      <ResponseTime times={numbers.responseTime} before={numbers.previousPeriod?.responseTime} />
      <Hours rows={numbers.responsesByHour} />
      <Heatmap cells={numbers.responseHeatmap} />
      <Tables key={`tables ${key}`} numbers={numbers} filter={filter} />
    </div>
  );
}

/** The names that the tables show, by id: the filters need not ask for them again. */
function namesOf(numbers: Numbers | undefined): Record<Kind, Map<string, string>> {
  const named = (all: { id: string; name: string }[] = []) => new Map(all.map(({ id, name }) => [id, name]));
  return {
    templates: named(numbers?.byTemplate.nodes.map(({ template }) => template)),
    departments: named(numbers?.byDepartment.nodes.map(({ department }) => department)),
    agents: named(numbers?.byAgent.nodes.map(({ agent }) => agent)),
    accounts: new Map(),
  };
}
