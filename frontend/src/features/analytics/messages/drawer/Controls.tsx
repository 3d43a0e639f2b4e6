import { NativeSelect, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useI18n } from "../../../../i18n/I18nProvider";
import { useViewer } from "../../../session/ViewerProvider";
import classes from "./Drawer.module.css";
import { ORDERS, type OrderName } from "./useMessages";

const MAX_SEARCH_LENGTH = 100; // characters; the API's own bound

type Props = {
  text: string;
  onText: (text: string) => void;
  /** The number of messages that a search found; undefined without one. */
  found: number | undefined;
  /** The text that was looked for in place of what was typed. */
  searchedAs: string | undefined;
  order: OrderName;
  /** Absent where no message has a reply: there is one order only. */
  onOrder: ((order: OrderName) => void) | undefined;
};

/** The search among the messages, and their order. */
export function Controls({ text, onText, found, searchedAs, order, onOrder }: Props) {
  const { t, format } = useI18n();
  const { viewer } = useViewer();
  return (
    <div className={classes.controls} role="search">
      <TextInput
        type="search"
        className={classes.search}
        label={t.messages.search}
        description={viewer.phonesMasked ? t.messages.searchHintMasked : t.messages.searchHint}
        inputWrapperOrder={["label", "input", "description"]}
        leftSection={<IconSearch size={16} aria-hidden="true" />}
        autoComplete="off"
        maxLength={MAX_SEARCH_LENGTH}
        value={text}
        onChange={(event) => onText(event.currentTarget.value)}
      />
      {onOrder && (
        <NativeSelect
          className={classes.order}
          label={t.messages.order}
          value={order}
          onChange={(event) => onOrder(event.currentTarget.value as OrderName)}
          data={(Object.keys(ORDERS) as OrderName[]).map((name) => ({ value: name, label: t.messages.orders[name] }))}
        />
      )}
      <p className={classes.found} aria-live="polite">
        {found !== undefined && t.messages.found(found, format.count(found))}
        {found !== undefined && searchedAs && ` · ${t.messages.searchedAs(searchedAs)}`}
      </p>
    </div>
  );
}
