import { createContext, use, useEffect, useMemo, useState, type ReactNode } from "react";
import { readStorage, writeStorage } from "../lib/storage";
import { en } from "./en";
import { es, type Texts } from "./es";
import { createFormats, type Formats } from "./formats";

export type Language = "es" | "en";

const LANGUAGES = { es: { texts: es, locale: "es-CL" }, en: { texts: en, locale: "en-US" } };
const LANGUAGE_KEY = "embudo.language";

type I18n = {
  language: Language;
  setLanguage: (language: Language) => void;
  /** The texts of the language. */
  t: Texts;
  /** Functions that write numbers, days and times as the language does. */
  format: Formats;
};

const I18nContext = createContext<I18n | null>(null);

const isLanguage = (text: string | undefined): text is Language => text === "es" || text === "en";

/** Return the language that was chosen before, else the first of the browser's that the pages have, else Spanish. */
function initialLanguage(): Language {
  const chosen = readStorage("localStorage", LANGUAGE_KEY) ?? undefined;
  const preferred = navigator.languages.map((tag) => tag.split("-")[0]);
  return [chosen, ...preferred].find(isLanguage) ?? "es";
}

/** Provide the texts and formats of the reader's language. */
export function I18nProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(initialLanguage);
  useEffect(() => {
    document.documentElement.lang = LANGUAGES[language].locale;
  }, [language]);
  const i18n = useMemo(() => {
    const { texts, locale } = LANGUAGES[language];
    const chooseLanguage = (chosen: Language) => {
      writeStorage("localStorage", LANGUAGE_KEY, chosen);
      setLanguage(chosen);
    };
    return { language, setLanguage: chooseLanguage, t: texts, format: createFormats(locale) };
  }, [language]);
  return <I18nContext value={i18n}>{children}</I18nContext>;
}

/** Return the texts (`t`) and formats of the reader's language. */
export function useI18n(): I18n {
  const i18n = use(I18nContext);
  if (!i18n) throw new Error("useI18n needs an I18nProvider around it");
  return i18n;
}
