import type { ReactNode } from "react";
import affordance from "../../../../components/affordance.module.css";
import { useI18n } from "../../../../i18n/I18nProvider";
import type { Counted, RowIds } from "./messageSet";
import classes from "./MessagesButton.module.css";
import { openMessages } from "./useMessageSet";

type Props = {
  counted: Counted;
  /** The number as readers see it. */
  shown: string;
  /** The number, for the form of its noun; absent for rates. */
  count?: number;
  /** What else a name of the button needs: the row, the reason, the hour. */
  of?: string;
  row?: RowIds;
  children?: ReactNode;
};

/** A number that opens the messages behind it; one of nothing is only a number. */
export function MessagesButton({ counted, shown, count, of = "", row = {}, children = shown }: Props) {
  const { t } = useI18n();
  if (count === 0) return children;
  const { nouns } = t.messages;
  const noun = counted.kind === "named" ? nouns[counted.name] : counted.kind === "bounce" ? nouns.bounced : nouns.reply;
  return (
    <button
      type="button"
      className={`${classes.number ?? ""} ${affordance.opens ?? ""}`}
      aria-label={t.messages.see(shown, noun(count ?? 2), of)}
      aria-haspopup="dialog"
      onClick={() => openMessages({ counted, row })}
    >
      {children}
    </button>
  );
}
