import { Button, Checkbox, Skeleton } from "@mantine/core";
import { useMemo, useRef, useState } from "react";
import { AnswersDocument, type CampaignAnalyticsFilter } from "../../../../api/generated/operations";
import { useStableQuery } from "../../../../api/useStableQuery";
import chartClasses from "../../../../charts/Chart.module.css";
import { Card } from "../../../../components/Card";
import { CardMenu } from "../../../../components/CardMenu";
import { useIsOnScreen } from "../../../../hooks/useIsOnScreen";
import { usePrintPreparing } from "../../../../hooks/usePrinting";
import { useI18n } from "../../../../i18n/I18nProvider";
import { CardError } from "../CardError";
import { answerTable, toRows } from "./answerRows";
import classes from "./Answers.module.css";
import { answersOption } from "./answersOption";
import { AnswerTable } from "./AnswerTable";

const MAX_ROWS = 200; // of a page of the API

const FIRST_ROWS = 6; // until a reader asks for more

const DRAWN_ROWS = 15; // of an image

type Props = {
  filter: CampaignAnalyticsFilter;
  /** The number of messages that were answered. */
  responded: number;
  viewReceivedAt: number;
};

/** By what messages were answered; asked for when somebody scrolls to it. */
export function Answers({ filter, responded, viewReceivedAt }: Props) {
  const { t, format } = useI18n();
  const place = useRef<HTMLDivElement>(null);
  const isOnScreen = useIsOnScreen(place);
  const isPreparing = usePrintPreparing();
  const [hasReplies, setHasReplies] = useState(false);
  const [isWhole, setIsWhole] = useState(false);
  const choice = JSON.stringify(filter);
  const { answer, isPending, error, refetch } = useStableQuery(
    AnswersDocument,
    { filter, first: MAX_ROWS },
    { part: { choice, viewReceivedAt, initialData: undefined }, enabled: responded > 0 && (isOnScreen || isPreparing) },
  );
  const page = answer?.data.campaignAnalytics?.byAnswer;
  const rows = useMemo(() => (page ? toRows(t, page.nodes) : undefined), [t, page]);
  const isOfFilter = answer?.choice === choice;
  const isKnown = responded > 0 && rows !== undefined && rows.length > 0 && !error;
  return (
    // Paper has no numbers of another filter, which nobody saw the card of.
    <div ref={place} className={isKnown && isOfFilter ? undefined : "no-print"}>
      <Card
        title={t.answers.title}
        definition="CampaignAnalytics.byAnswer"
        about={t.answers.about}
        area="answers"
        controls={
          isKnown && (
            <>
              <Checkbox
                size="xs"
                label={t.answers.allReplies}
                checked={hasReplies}
                onChange={(event) => setHasReplies(event.currentTarget.checked)}
              />
              <CardMenu
                title={t.answers.title}
                days={filter.sentOn}
                table={() => {
                  const { head, cells } = answerTable(t, rows);
                  return { head, rows: cells };
                }}
                picture={async () => {
                  const { drawPicture } = await import("../../../../charts/picture");
                  return drawPicture({
                    option: (colors) => answersOption(rows.slice(0, DRAWN_ROWS), format, colors),
                    title: t.answers.title,
                    subtitle: t.files.drawn(format.days(filter.sentOn.from, filter.sentOn.to)),
                    hasLegend: false,
                  });
                }}
                note={page && page.totalCount > MAX_ROWS ? t.files.bounded(format.count(MAX_ROWS)) : undefined}
              />
            </>
          )
        }
      >
        {responded === 0 || rows?.length === 0 ? (
          <p className={chartClasses.nothing}>{t.charts.noResponses}</p>
        ) : error ? (
          <CardError error={error} retry={refetch} tooManyAbout={t.states.tooManyAbout} />
        ) : !rows ? (
          <div aria-hidden="true">
            {Array.from({ length: FIRST_ROWS }, (_, row) => (
              <Skeleton key={row} height="2rem" mb="0.5rem" />
            ))}
          </div>
        ) : (
          <>
            <AnswerTable
              rows={isWhole ? rows : rows.slice(0, FIRST_ROWS)}
              hasReplies={hasReplies}
              isPending={isPending || !isOfFilter}
            />
            {rows.length > FIRST_ROWS && (
              <Button
                className={`${classes.more ?? ""} no-print`}
                variant="subtle"
                size="compact-sm"
                aria-expanded={isWhole}
                onClick={() => setIsWhole(!isWhole)}
              >
                {isWhole ? t.answers.less : t.answers.more(format.count(rows.length))}
              </Button>
            )}
          </>
        )}
      </Card>
    </div>
  );
}
