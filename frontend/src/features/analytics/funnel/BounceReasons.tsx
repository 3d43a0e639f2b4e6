import { Modal, Table, Text } from "@mantine/core";
import { BounceReasonsDocument, type CampaignAnalyticsFilter } from "../../../api/generated/operations";
import { useAnswer } from "../../../api/useAnswer";
import { Loading, TroubleState } from "../../../components/states/EmptyState";
import { useTexts } from "../../../i18n/I18nProvider";
import classes from "./BounceReasons.module.css";
import { definitions } from "../../../api/generated/definitions";

type Props = { opened: boolean; onClose: () => void; filter: CampaignAnalyticsFilter };

/** Why messages bounced; asked for when it is opened. */
export function BounceReasons({ opened, onClose, filter }: Props) {
  const { t } = useTexts();
  return (
    <Modal
      opened={opened}
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
  const { t, f } = useTexts();
  const { data, waiting, trouble, retry } = useAnswer(BounceReasonsDocument, { filter });
  const reasons = data?.campaignAnalytics?.bounceReasons;
  if (trouble) return <TroubleState kind={trouble.kind} message={trouble.message} retry={retry} />;
  if (!reasons || waiting) return <Loading />;
  if (reasons.length === 0) return <Text c="dimmed">{t.funnel.noReasons}</Text>;
  return (
    <>
      <Text c="dimmed" size="sm" mb="sm">
        {t.definitions[definitions["CampaignAnalytics.bounceReasons"]]}
      </Text>
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
              <Table.Td ta="end">{f.count(reason.count)}</Table.Td>
              <Table.Td ta="end">{f.rate(reason.share)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </>
  );
}

/** Why, in the reader's language, with WhatsApp's own words beneath. */
function Reason({ code, title }: { code: number | null; title: string }) {
  const { t } = useTexts();
  if (code === null) return t.unknownBounce;
  const known = t.bounces[code];
  if (known === undefined) return <span lang="en">{title}</span>;
  return (
    <>
      {known}
      <Text size="xs" c="dimmed" lang="en">
        {title}
      </Text>
    </>
  );
}
