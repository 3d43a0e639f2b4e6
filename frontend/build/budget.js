// Fails when the JavaScript that the view loads before it shows anything exceeds its budget, gzipped.
import { readFileSync, statSync } from "node:fs";

const BUDGET = 300_000; // bytes
const BUILT = new URL("../../service/pages/", import.meta.url);

/** @type {(text: string) => Record<string, { file: string, imports?: string[] } | undefined>} */
const parse = JSON.parse;
const manifest = parse(readFileSync(new URL(".vite/manifest.json", BUILT), "utf8"));

/**
 * Collect an entry of the manifest and everything it imports.
 *
 * @param {string} name
 * @param {Set<string>} seen
 */
function withImports(name, seen = new Set()) {
  if (seen.has(name)) return seen;
  seen.add(name);
  for (const imported of manifest[name]?.imports ?? []) withImports(imported, seen);
  return seen;
}

/** @param {string} file */
const size = (file) => statSync(new URL(`${file}.gz`, BUILT), { throwIfNoEntry: false })?.size ?? 1024;

const files = [...withImports("index.html")].map((name) => manifest[name]?.file ?? name);
const total = files.reduce((sum, file) => sum + size(file), 0);
console.log(`The view's initial JavaScript: ${Math.ceil(total / 1000)} kB of ${BUDGET / 1000} kB, gzip`);
if (total > BUDGET) process.exit(1);
