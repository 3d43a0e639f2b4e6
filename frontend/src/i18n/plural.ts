/** The forms of a word beside a number; a language may need more than two (Spanish: "1.000.000 de mensajes"). */
export type PluralForms = { one: string; other: string } & Partial<Record<Intl.LDMLPluralRule, string>>;

/** Return the form of a word that goes with a number, by the language's own rules. */
export function plural(locale: string, count: number, forms: PluralForms): string {
  return forms[new Intl.PluralRules(locale).select(count)] ?? forms.other;
}
