import type { Days } from "../dates/days";

/** Name a file after what it shows and its days. */
export function fileNameOf(title: string, { from, to }: Days, extension: string): string {
  const name = title
    .replace(/[\\/:*?"<>|]+/g, " ")
    .replace(/ +/g, " ")
    .trim();
  return `${name} ${from === to ? from : `${from} ${to}`}.${extension}`;
}

/** Hand a file to the browser, which saves it. */
export function download(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address)); // after the browser has taken it
}
