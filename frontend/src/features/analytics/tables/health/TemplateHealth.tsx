import { Popover, Text, UnstyledButton } from "@mantine/core";
import {
  TemplateHealthDocument,
  type CampaignAnalyticsFilter,
  type HealthFragment,
} from "../../../../api/generated/operations";
import { useStableQuery } from "../../../../api/useStableQuery";
import { useI18n } from "../../../../i18n/I18nProvider";
import { changeWords, localMoment } from "../../../../i18n/words/changeWords";
import classes from "./TemplateHealth.module.css";

type Props = { id: string; name: string; filter: CampaignAnalyticsFilter; viewReceivedAt: number };

/** What WhatsApp says of a template, beneath its name; nothing where it has said nothing. All of them are asked for at once. */
export function TemplateHealth({ id, name, filter, viewReceivedAt }: Props) {
  const part = { choice: undefined, viewReceivedAt, initialData: undefined };
  const { answer } = useStableQuery(TemplateHealthDocument, { filter }, { part });
  const rows = answer?.data.campaignAnalytics?.byTemplate.nodes;
  const health = rows?.find(({ template }) => template.id === id)?.health;
  return health && (health.quality ?? health.status) ? <Chip name={name} health={health} /> : null;
}

function Chip({ name, health: { quality, status, history } }: { name: string; health: HealthFragment }) {
  const { t, format } = useI18n();
  const { annotations } = t;
  const rated = quality && annotations.health.quality(annotations.qualities[quality]);
  const state = status && status !== "APPROVED" ? capital(annotations.statuses[status]) : undefined;
  const shown = [state, rated].filter(Boolean).join(" · ") || capital(annotations.statuses.APPROVED);
  return (
    <Popover width={320} shadow="md" withArrow position="bottom-start" withinPortal>
      <Popover.Target>
        <UnstyledButton className={classes.chip} aria-label={annotations.health.label(name, shown)}>
          <i className={classes.dot} data-level={levelOf(quality, status)} />
          {shown}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <Text size="sm" fw={600}>
          {annotations.health.title}
        </Text>
        <Text size="xs" c="dimmed" mb={6}>
          {annotations.health.about}
        </Text>
        {history.length === 0 && <Text size="sm">{annotations.health.none}</Text>}
        <ul className={classes.history} tabIndex={0} aria-label={annotations.health.title}>
          {history.map((change, index) => (
            <li key={index}>
              <span className={classes.at}>{localMoment(format, change.at)}</span>
              {changeWords(t, format, change)}
            </li>
          ))}
        </ul>
      </Popover.Dropdown>
    </Popover>
  );
}

const STOPPED = ["PAUSED", "DISABLED", "REJECTED", "DELETED", "PENDING_DELETION"];

/** Return how well a template is, for the color of its dot. */
function levelOf(quality: HealthFragment["quality"], status: HealthFragment["status"]): string {
  if ((status && STOPPED.includes(status)) || quality === "RED") return "bad";
  if (status === "FLAGGED" || quality === "YELLOW") return "doubtful";
  return quality === "GREEN" ? "good" : "unknown";
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
