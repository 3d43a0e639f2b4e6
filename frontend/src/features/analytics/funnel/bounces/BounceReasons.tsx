import { Modal, Table, Text } from "@mantine/core";
import { definitions } from "../../../../api/generated/definitions";
import {
  BounceReasonsDocument,
  type BounceReasonsQuery,
  type CampaignAnalyticsFilter,
} from "../../../../api/generated/operations";
import { useStableQuery } from "../../../../api/useStableQuery";
import { CardMenu } from "../../../../components/CardMenu";
import { ErrorState } from "../../../../components/states/ErrorState";
import { Loading } from "../../../../components/states/Loading";
import { useI18n } from "../../../../i18n/I18nProvider";
import { bounceWords } from "../../messages/number/describe";
import { MessagesButton } from "../../messages/number/MessagesButton";
import { useMessageSet } from "../../messages/number/useMessageSet";
import classes from "./BounceReasons.module.css";

type Props = { opened: boolean; onClose: () => void; filter: CampaignAnalyticsFilter };

/** A dialog with the reasons why messages bounced, which are asked for when it opens. */
export function BounceReasons({ opened, onClose, filter }: Props) {
  const { t } = useI18n();
  const areMessagesOpen = useMessageSet() !== undefined; // above it: the key Escape is theirs then
  return (
    <Modal
      opened={opened}
      closeOnEscape={!areMessagesOpen}
      onClose={onClose}
      title={t.funnel.reasons}
      size="lg"
      closeButtonProps={{ "aria-label": t.states.close }}
    >
      <Reasons filter={filter} />
    </Modal>
  );
}

function Reasons({ filter }: { filter: CampaignAnalyticsFilter }) {
  const { t } = useI18n();
  const { answer, isPending, error, refetch } = useStableQuery(BounceReasonsDocument, { filter });
  const reasons = answer?.data.campaignAnalytics?.bounceReasons;
  if (error) return <ErrorState error={error} retry={refetch} />;
  if (!reasons || isPending) return <Loading />;
  if (reasons.length === 0) return <Text c="dimmed">{t.funnel.noReasons}</Text>;
  return (
    <>
      <div className={classes.about}>
        <Text c="dimmed" size="sm">
          {t.definitions[definitions["CampaignAnalytics.bounceReasons"]]}
        </Text>
        <CardMenu
          title={t.funnel.reasons}
          days={filter.sentOn}
          table={() => ({
            head: [t.funnel.reason, t.funnel.code, t.funnel.messages, t.funnel.share],
            rows: reasons.map(({ code, title, count, share }) => [
              bounceWords(t, code, title),
              code === null ? null : String(code),
              count,
              { rate: share },
            ]),
          })}
        />
      </div>
      <ReasonsTable reasons={reasons} />
    </>
  );
}

type ReasonsAnswer = NonNullable<BounceReasonsQuery["campaignAnalytics"]>["bounceReasons"];

/** The reasons with their numbers, the most frequent first. */
export function ReasonsTable({ reasons }: { reasons: ReasonsAnswer }) {
  const { t, format } = useI18n();
  return (
    <Table className={`numbers ${classes.reasons ?? ""}`}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t.funnel.reason}</Table.Th>
          <Table.Th>{t.funnel.code}</Table.Th>
          <Table.Th ta="end">{t.funnel.messages}</Table.Th>
          <Table.Th ta="end">{t.funnel.share}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {reasons.map((reason) => (
          <Table.Tr key={reason.code}>
            <Table.Td className={classes.title}>
              <Reason {...reason} />
            </Table.Td>
            <Table.Td>{reason.code}</Table.Td>
            <Table.Td ta="end">
              <MessagesButton
                counted={{ kind: "bounce", code: reason.code }}
                shown={format.count(reason.count)}
                count={reason.count}
                of={bounceWords(t, reason.code, reason.title)}
              />
            </Table.Td>
            <Table.Td ta="end">{format.rate(reason.share)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

/** A reason in the reader's language, above WhatsApp's own words. */
function Reason({ code, title }: { code: number | null; title: string }) {
  const { t } = useI18n();
  if (code === null) return t.unknownBounce;
  const translated = t.bounces[code];
  if (translated === undefined) return <span lang="en">{title}</span>;
  return (
    <>
      {translated}
      <Text size="xs" c="dimmed" lang="en" className={classes.original}>
        {title}
      </Text>
    </>
  );
}
