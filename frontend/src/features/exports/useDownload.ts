import { DownloadLinkDocument } from "../../api/generated/operations";
import { useApiMutation } from "../../api/useApiMutation";
import { useI18n } from "../../i18n/I18nProvider";
import { errorMessage } from "./errorMessage";

/**
 * Return the function that downloads an export's file, by a link that is asked for at the click, since it expires soon.
 * `onDone` receives what went wrong, or undefined.
 */
export function useDownload(id: string, onDone: (failure: string | undefined) => void): () => void {
  const { t } = useI18n();
  const link = useApiMutation(DownloadLinkDocument, {
    onSettled: (data, error) => {
      const url = data?.export?.downloadUrl;
      onDone(url ? undefined : (errorMessage(t, error, undefined) ?? t.exports.gone));
      if (url) download(url);
    },
  });
  return () => link.mutate({ id });
}

function download(url: string) {
  const link = document.createElement("a");
  link.href = url;
  link.download = "";
  link.click();
}
