import { Button } from "@mantine/core";
import type { ApiError } from "../../../api/errors";
import { useI18n } from "../../../i18n/I18nProvider";
import { refusalOf } from "../messages/drawer/refusals";
import classes from "./CardError.module.css";

type Props = {
  error: ApiError;
  retry: () => void;
  /** What a reader can do where there are too many messages. */
  tooManyAbout: string;
};

/** Why a card has no numbers, and what its reader can do about it; as small as the card. */
export function CardError({ error, retry, tooManyAbout }: Props) {
  const { t } = useI18n();
  const { kind, message } = error;
  const refusal = refusalOf(error);
  if (refusal)
    return (
      <div className={classes.error} role="status">
        <b>{t.messages[refusal]}</b>
        <span>{refusal === "tooMany" ? tooManyAbout : t.answers.droppedAbout}</span>
      </div>
    );
  return (
    <div className={classes.error} role="status">
      <b>{t.states[kind]}</b>
      <span>{kind === "refused" ? message : t.states[`${kind}About`]}</span>
      {kind !== "forbidden" && (
        <Button className="no-print" variant="subtle" size="compact-sm" onClick={retry}>
          {t.states.retry}
        </Button>
      )}
    </div>
  );
}
