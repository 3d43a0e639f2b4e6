import { MantineProvider } from "@mantine/core";
import { StrictMode, type ReactNode } from "react";
import { SessionProvider } from "../features/session/SessionProvider";
import { I18nProvider } from "../i18n/I18nProvider";
import { theme } from "./theme";

// The service's policy admits only styles that carry the nonce of the response that brought the page.
const styleNonce = () => document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.content ?? "";

/** The providers around every page: theme, language, session. */
export function AppProviders({ children }: { children: ReactNode }) {
  return (
    <StrictMode>
      <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={styleNonce}>
        <I18nProvider>
          <SessionProvider>{children}</SessionProvider>
        </I18nProvider>
      </MantineProvider>
    </StrictMode>
  );
}
