/** Tables as text, for spreadsheets. */

/** A text, a number, or a rate from 0 to 1; null where there is none. */
export type Cell = string | number | null | { rate: number | null };

export type TextTable = { head: string[]; rows: Cell[][] };

export type Language = "es" | "en";

const FORMULA = /^[=+\-@\t\r]/;
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
  if (typeof cell === "string") return FORMULA.test(cell) ? `'${cell}` : cell;
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
  const quote = (text: string) => (isPlain(text) ? text : `"${text.replaceAll('"', '""')}"`);
  const text = lines(table, language).map((line) => `${line.map(quote).join(separator)}\r\n`);
  return BYTE_ORDER_MARK + text.join("");
}

/** Write a table as it is pasted into a spreadsheet: a tab between cells, which no cell has. */
export const toTsv = (table: TextTable, language: Language): string =>
  lines(table, language)
    .map((line) => line.map((text) => text.replace(/[\t\r\n]+/g, " ")).join("\t"))
    .join("\n");
