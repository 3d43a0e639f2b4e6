/** The form of a word that goes with a number, by the language's own rules. */
export function plural(locale: string, n: number, forms: { one: string; other: string }): string {
  return new Intl.PluralRules(locale).select(n) === "one" ? forms.one : forms.other;
}
