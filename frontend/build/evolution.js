// What clients of the last release would notice of ../schema.graphql. docs/releasing.md says what is asked for and why.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { CriticalityLevel, diff } from "@graphql-inspector/core";
import { buildSchema, Kind, parse, visit } from "graphql";

/** @param {string} path from the repository's root */
const ours = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

const { values: paths } = parseArgs({
  options: {
    releases: { type: "string", default: ours("docs/schema") },
    schema: { type: "string", default: ours("schema.graphql") },
    changelog: { type: "string", default: ours("CHANGELOG.md") },
  },
});

const FILE = /^(\d+\.\d+\.\d+)\.graphql$/;
const VERSION = /^\d+\.\d+\.\d+/;
const LAST_DAY = /\S\. Goes on (\d{4}-\d{2}-\d{2})\.$/;

/**
 * The parts of a Markdown text that have a heading of a level.
 *
 * @param {string} text
 * @param {"##" | "###"} level
 */
function parts(text, level) {
  const [, ...found] = text.split(new RegExp(`^${level} `, "m"));
  return found.map((part) => ({ heading: part.replace(/\n[^]*/, "").trim(), text: part }));
}

/** @param {string} day */
function isDay(day) {
  const time = Date.parse(day);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day); // February has no 30th
}

/**
 * Deprecated names, each with its reason: empty where there is none.
 *
 * @param {string} sdl
 */
function deprecations(sdl) {
  /** @type {{ path: string, reason: string }[]} */
  const found = [];
  visit(parse(sdl), {
    Directive(node, _key, _parent, _path, ancestors) {
      if (node.name.value !== "deprecated") return;
      const names = ancestors.flatMap((one) => ("name" in one && one.name ? [one.name.value] : []));
      const value = node.arguments?.find((argument) => argument.name.value === "reason")?.value;
      found.push({ path: names.join("."), reason: value?.kind === Kind.STRING ? value.value : "" });
    },
  });
  return found;
}

const sdl = readFileSync(paths.schema, "utf8");
const changelog = parts(readFileSync(paths.changelog, "utf8"), "##");
const files = readdirSync(paths.releases);
const kept = files
  .flatMap((file) => FILE.exec(file)?.[1] ?? [])
  .sort((one, other) => one.localeCompare(other, "en", { numeric: true })); // 0.10.0 comes after 0.9.0
const last = kept.at(-1);
if (last === undefined) throw new Error(`No release's schema is in ${paths.releases}`);

const released = buildSchema(readFileSync(join(paths.releases, `${last}.graphql`), "utf8"));
// A change of a root type has no path of its own.
const changes = (await diff(released, buildSchema(sdl))).map((change) => ({
  ...change,
  path: change.path ?? "schema",
}));
const breaking = changes.filter((change) => change.criticality.level === CriticalityLevel.Breaking);
const dangerous = changes.filter((change) => change.criticality.level === CriticalityLevel.Dangerous);

const named = new Set(
  changelog
    .filter(({ heading }) => /unreleased/i.test(heading))
    .flatMap(({ text }) => parts(text, "###"))
    .filter(({ heading }) => heading === "Breaking")
    .flatMap(({ text }) => [...text.matchAll(/`([^`\n]+)`/g)].map(([, name]) => name)),
);

const wrong = [
  ...files
    .filter((file) => !FILE.test(file))
    .map((file) => `docs/schema has "${file}": its files are named after releases, as 1.2.3.graphql.`),
  ...changelog
    .filter(({ heading }) => !/unreleased/i.test(heading))
    .flatMap(({ heading }) => VERSION.exec(heading)?.[0] ?? [])
    .filter((version) => !kept.includes(version))
    .map((version) => `${version} is released, but not its schema: copy it to docs/schema/${version}.graphql.`),
  ...breaking
    .filter(({ path }) => !named.has(path))
    .map(
      ({ path, message }) =>
        `\`${path}\` breaks clients of ${last}: ${message}. ` +
        `Keep it and deprecate it, or name \`${path}\` under "### Breaking" in CHANGELOG.md's unreleased part.`,
    ),
  ...deprecations(sdl)
    .filter(({ reason }) => !isDay(LAST_DAY.exec(reason)?.[1] ?? ""))
    .map(
      ({ path, reason }) =>
        `\`${path}\` is deprecated without a day: its reason is "${reason}". ` +
        `Write what to use, then the day on which it goes: "Use x. Goes on 2027-06-30."`,
    ),
];

for (const { path, message } of dangerous) console.log(`\`${path}\` may surprise clients of ${last}: ${message}.`);
for (const sentence of wrong) console.error(sentence);
console.log(`The schema since ${last}: breaking changes: ${breaking.length}, dangerous ones: ${dangerous.length}`);
if (wrong.length > 0) process.exit(1);
