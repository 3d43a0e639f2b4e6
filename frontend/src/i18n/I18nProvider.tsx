import { createContext, use, useEffect, useMemo, useState, type ReactNode } from "react";
import { keep, kept } from "../lib/storage";
import { en } from "./en";
import { es, type Texts } from "./es";
import { formats, type Formats } from "./formats";

export type Language = "es" | "en";

const LANGUAGES = { es: { texts: es, locale: "es-CL" }, en: { texts: en, locale: "en-US" } };
const KEPT = "embudo.language";

type Speech = { language: Language; speak: (language: Language) => void; t: Texts; f: Formats };

const SpeechContext = createContext<Speech | null>(null);

/** The language chosen before, else Spanish. */
const firstLanguage = (): Language => (kept("localStorage", KEPT) === "en" ? "en" : "es");

export function TextsProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(firstLanguage);
  useEffect(() => {
    document.documentElement.lang = LANGUAGES[language].locale;
  }, [language]);
  const speech = useMemo(() => {
    const { texts, locale } = LANGUAGES[language];
    const speak = (chosen: Language) => {
      keep("localStorage", KEPT, chosen);
      setLanguage(chosen);
    };
    return { language, speak, t: texts, f: formats(locale) };
  }, [language]);
  return <SpeechContext value={speech}>{children}</SpeechContext>;
}

/** The texts (`t`) and formats (`f`) of the reader's language. */
export function useTexts(): Speech {
  const speech = use(SpeechContext);
  if (!speech) throw new Error("useTexts needs a TextsProvider around it");
  return speech;
}
