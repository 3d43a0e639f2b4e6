import { SegmentedControl } from "@mantine/core";
import { useInterval } from "@mantine/hooks";
import { useEffect, useState } from "react";
import { ExportsDocument, type ExportStatus } from "../../api/generated/operations";
import { useAnswer } from "../../api/useAnswer";
import { useViewer } from "../session/ViewerProvider";
import { Heading } from "../../app/Shell";
import { Loading, State, TroubleState } from "../../components/states/EmptyState";
import { Pager, usePaging } from "../../components/Pager";
import { Notice } from "../../components/states/Banner";
import { useTexts } from "../../i18n/I18nProvider";
import { ExportTable } from "./ExportTable";

const PAGE = 20; // rows

const GROUPS: Record<"all" | "active" | "ready" | "other", ExportStatus[] | null> = {
  all: null,
  active: ["QUEUED", "RUNNING", "CANCELING"],
  ready: ["COMPLETED"],
  other: ["FAILED", "CANCELED", "EXPIRED"],
};

type Group = keyof typeof GROUPS;

const REFRESH = 10_000; // milliseconds; what the subscriptions of single exports do not tell

/** The page "Exportaciones": what was asked for, how far it is, and the files. */
export function Exports() {
  const { t, f } = useTexts();
  const { viewer } = useViewer();
  const [group, setGroup] = useState<Group>("all");
  const paging = usePaging();
  const variables = { status: GROUPS[group], first: PAGE, after: paging.after };
  const { data, at, trouble, retry } = useAnswer(ExportsDocument, variables);
  const list = data?.exports;
  const names: Record<Group, string> = { all: t.exports.all, ...t.exports.groups };
  useInterval(retry, REFRESH, { autoInvoke: true });
  useEffect(retry, [retry]); // what was fetched before may be old
  return (
    <>
      <Heading path={[t.nav.administration]} title={t.exports.title} about={t.exports.about}>
        <SegmentedControl
          aria-label={t.exports.statusFilter}
          value={group}
          onChange={(chosen) => {
            setGroup(chosen);
            paging.reset();
          }}
          data={(Object.keys(GROUPS) as Group[]).map((value) => ({ value, label: names[value] }))}
        />
      </Heading>
      {trouble && list && at && (
        <Notice text={t.states.offlineStale(f.time(at, viewer.timeZone))} action={t.states.retry} onAction={retry} />
      )}
      {list && list.nodes.length > 0 && (
        <>
          <ExportTable exports={list.nodes} everyones={viewer.role === "ADMINISTRATOR"} reload={retry} />
          <Pager title={t.exports.title} rows={list} size={PAGE} paging={paging} />
        </>
      )}
      {list?.nodes.length === 0 && group === "all" && <State title={t.exports.empty} about={t.exports.emptyAbout} />}
      {list?.nodes.length === 0 && group !== "all" && <State title={t.exports.emptyGroup} />}
      {!list && trouble && <TroubleState kind={trouble.kind} message={trouble.message} retry={retry} />}
      {!list && !trouble && <Loading />}
    </>
  );
}
