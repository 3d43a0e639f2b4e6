/** The forms of a word beside a number; a language may need more than two (Spanish: "1.000.000 de mensajes"). */
export type Forms = { one: string; other: string } & Partial<Record<Intl.LDMLPluralRule, string>>;

/** The form of a word that goes with a number, by the language's own rules. */
export function plural(locale: string, n: number, forms: Forms): string {
  return forms[new Intl.PluralRules(locale).select(n)] ?? forms.other;
}
