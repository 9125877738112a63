import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { providers } from "../../src/providers/readers/table.js";
import * as publicFace from "../../src/verify/index.js";
import type { Scheme } from "../../src/verify/scheme.js";
import { senders } from "./support/senders.js";

const folder = new URL("../../src/providers/", import.meta.url);
const page = readFileSync(new URL("../../docs/providers.md", import.meta.url), "utf8");

const rows: Array<[string, Scheme]> = [];
for (const file of readdirSync(folder).sort()) {
  const exported = (await import(new URL(file, folder).pathname)) as Record<string, unknown>;
  for (const [name, value] of Object.entries(exported)) {
    if (name.endsWith("Scheme")) rows.push([name, value as Scheme]);
  }
}

const camel = (provider: string) =>
  provider.replace(/-(\w)/g, (_all, letter: string) => letter.toUpperCase());

test("there is a row for every provider that the page lists, and a line for every row", () => {
  const listed = [...page.matchAll(/^\| \[([^\]]+)\]/gm)].map(([, title = ""]) =>
    title.toLowerCase().replace(/ /g, "-"),
  );
  const known = new Set(rows.map(([, { provider }]) => provider));
  expect(listed.filter((title) => title !== "anybody-else").sort()).toEqual([...known].sort());
});

test.each(rows)("%s: has a maker, a sender in these tests, a section and a reader", (_name, { provider }) => {
  const maker = camel(provider);
  expect(publicFace).toHaveProperty(maker);
  // Microsoft Graph has its own tests.
  if (provider !== "microsoft-graph") {
    expect(senders.some(({ name }) => name === provider || name.startsWith(`${provider},`))).toBe(true);
  }
  expect(page).toMatch(new RegExp(`^## ${provider.replace("-", " ")}$`, "im"));
  expect(page).toMatch(new RegExp(`import \\{.*\\b${maker}\\b.*\\} from "earshot"`));
  const shared = new Set(["composio", "standard-webhooks", "svix"]);
  expect(providers.has(provider) || shared.has(provider)).toBe(true);
});

test.each(rows)("%s: the page gives its tolerance", (_name, { provider, time, toleranceMs = 300_000 }) => {
  const title = provider.replace("-", " ");
  const [, cell = ""] = new RegExp(`^\\| \\[${title}\\][^|]*\\|[^|]*\\| ([^|]*) \\|`, "im").exec(page) ?? [];
  expect(cell).toContain(time === undefined ? "none" : `${toleranceMs / 1000} s`);
});
