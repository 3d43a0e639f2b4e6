import { IconHourglass } from "@tabler/icons-react";
import type { ApiError } from "../../../../api/errors";
import { EmptyState } from "../../../../components/states/EmptyState";
import { ErrorState } from "../../../../components/states/ErrorState";
import { useI18n } from "../../../../i18n/I18nProvider";
import { refusalOf } from "./refusals";

/** Why messages cannot be listed, and what the reader can do about it. */
export function ListError({ error, retry }: { error: ApiError; retry: () => void }) {
  const { t } = useI18n();
  const refusal = refusalOf(error);
  if (!refusal) return <ErrorState error={error} retry={retry} />;
  return <EmptyState title={t.messages[refusal]} about={t.messages[`${refusal}About`]} icon={IconHourglass} />;
}
