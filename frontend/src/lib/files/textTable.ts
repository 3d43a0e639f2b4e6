/** Tables as text, for spreadsheets. */

/** A text, a number, or a rate from 0 to 1; null where there is none. */
export type Cell = string | number | null | { rate: number | null };

export type TextTable = { head: string[]; rows: Cell[][] };

export type Language = "es" | "en";

// Where some spreadsheet may begin a cell, whatever the file's own separator, and what it may pass over before the text.
const BREAKS = ",;\\t\\r\\n\\x85\\u2028\\u2029";
const PASSED = `(?:(?![${BREAKS}])\\s|")*`;
const SIGNS = "[=+\\-@＝＋－＠]";
// Up to where an apostrophe goes, as in the service's own files: before a sign, a tab or a line break at the beginning,
// before a sign after any break, and before numbers that would lose digits.
const GUARDED = new RegExp(
  `^${PASSED}'*(?=[\\t\\r\\n]|${SIGNS})|^'*(?=(?:0[0-9]+|[0-9]{12,})$)|[${BREAKS}]${PASSED}'*(?=\\t|${SIGNS})`,
  "g",
);
const OPEN_END = new RegExp(`[${BREAKS}]${PASSED}'*$`); // a last quote would open a cell for whoever splits there
const BYTE_ORDER_MARK = "\uFEFF"; // Excel reads a file as UTF-8 where it begins with it
const RATE_DECIMALS = 2;

/** Write a number without separators of thousands, which programs read as it is. */
function writeNumber(number: number, language: Language): string {
  const text = String(number);
  return language === "es" ? text.replace(".", ",") : text;
}

/** Write a cell. A text that spreadsheets would take for a formula gets an apostrophe. */
export function writeCell(cell: Cell, language: Language): string {
  if (cell === null) return "";
  if (typeof cell === "string") return cell.replace(GUARDED, "$&'");
  if (typeof cell === "number") return writeNumber(cell, language);
  if (cell.rate === null) return "";
  return `${writeNumber(Number((100 * cell.rate).toFixed(RATE_DECIMALS)), language)}%`;
}

const lines = ({ head, rows }: TextTable, language: Language): string[][] =>
  [head, ...rows].map((row) => row.map((cell) => writeCell(cell, language)));

/** Write a table as CSV (RFC 4180), with the separators that Excel expects in a language. */
export function toCsv(table: TextTable, language: Language): string {
  const separator = language === "es" ? ";" : ",";
  const isPlain = (text: string) => !text.includes(separator) && !/["\r\n]/.test(text);
  const closed = (text: string) => (OPEN_END.test(text) ? `${text}'` : text);
  const quote = (text: string) => (isPlain(text) ? text : `"${closed(text).replaceAll('"', '""')}"`);
  const text = lines(table, language).map((line) => `${line.map(quote).join(separator)}\r\n`);
  return BYTE_ORDER_MARK + text.join("");
}

/** Write a cell of one line that begins with no quote: one would go on over further cells until the next quote. */
const unquoted = (text: string): string => text.replace(/[\t\r\n]+/g, " ").replace(/^(?=\s*")/, "'");

/** Write a table as it is pasted into a spreadsheet: a tab between cells, which no cell has. */
export const toTsv = (table: TextTable, language: Language): string =>
  lines(table, language)
    .map((line) => line.map(unquoted).join("\t"))
    .join("\n");
