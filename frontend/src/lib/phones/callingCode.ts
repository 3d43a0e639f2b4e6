/** Calling codes of countries, at the beginning of phones. */

// Of two digits (ITU-T E.164); 1 and 7 have one, all others three.
const TWO_DIGITS = new Set(
  "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98".split(
    " ",
  ),
);

/** Return the calling code that a phone begins with; undefined where it has no digits enough. */
export function callingCode(phone: string): string | undefined {
  const digits = phone.replace(/\D/g, "");
  if (digits.length < 8) return undefined;
  if (digits.startsWith("1") || digits.startsWith("7")) return digits.slice(0, 1);
  return digits.slice(0, TWO_DIGITS.has(digits.slice(0, 2)) ? 2 : 3);
}

const NATIONAL = /^\d[\d\s().-]*$/; // without a plus, and of digits alone

/**
 * Return a searched number with the calling code of the phones that it may be written like; undefined where it has the
 * code, is no number, or the phones are of several countries.
 */
export function withCallingCode(text: string, phones: string[]): string | undefined {
  const codes = new Set(phones.flatMap((phone) => callingCode(phone) ?? []));
  const [code] = codes;
  if (codes.size !== 1 || code === undefined || !NATIONAL.test(text)) return undefined;
  const digits = text.replace(/\D/g, "").replace(/^0+/, ""); // a zero stands for "in this country"
  return digits === "" || text.startsWith(code) ? undefined : code + digits;
}
