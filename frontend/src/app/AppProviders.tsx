import { MantineProvider } from "@mantine/core";
import { StrictMode, type ReactNode } from "react";
import { SessionProvider } from "../features/session/SessionProvider";
import { TextsProvider } from "../i18n/I18nProvider";
import { theme } from "./theme";

// The service's policy admits only styles that carry the nonce of this very answer.
const nonce = () => document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.content ?? "";

/** What both pages stand in: colours, language, session. */
export function Surroundings({ children }: { children: ReactNode }) {
  return (
    <StrictMode>
      <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={nonce}>
        <TextsProvider>
          <SessionProvider>{children}</SessionProvider>
        </TextsProvider>
      </MantineProvider>
    </StrictMode>
  );
}
