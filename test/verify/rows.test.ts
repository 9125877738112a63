import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { eventFormats } from "../../src/providers/event-formats.js";
import * as publicFace from "../../src/verify/index.js";
import type { Scheme } from "../../src/verify/scheme.js";
import { senders } from "./support/senders.js";

const folder = new URL("../../src/providers/", import.meta.url);
const page = readFileSync(new URL("../../docs/providers.md", import.meta.url), "utf8");

const rows: Array<[string, Scheme]> = [];
const formats: Array<[string, unknown]> = [];
for (const file of readdirSync(folder).sort()) {
  const exported = (await import(new URL(file, folder).pathname)) as Record<string, unknown>;
  for (const [name, value] of Object.entries(exported)) {
    if (name.endsWith("Scheme")) rows.push([name, value as Scheme]);
    if (/^[a-z][A-Za-z]+Events$/.test(name) && typeof value === "object")
      formats.push([file.replace(/\.ts$/, ""), value]);
  }
}

const camel = (provider: string) =>
  provider.replace(/-(\w)/g, (_all, letter: string) => letter.toUpperCase());

test("every sender that the page lists has a scheme, and every scheme is listed", () => {
  const listed = [...page.matchAll(/^\| \[([^\]]+)\]/gm)].map(([, title = ""]) =>
    title.toLowerCase().replace(/ /g, "-"),
  );
  const known = new Set(rows.map(([, { provider }]) => provider));
  expect(listed.filter((title) => title !== "any-other-sender").sort()).toEqual([...known].sort());
});

test.each(rows)(
  "%s: is exported, and has a sender in these tests, a section and an event format",
  (_name, { provider }) => {
    const source = camel(provider);
    expect(publicFace).toHaveProperty(source);
    // Microsoft Graph has its own tests.
    if (provider !== "microsoft-graph") {
      expect(senders.some(({ name }) => name === provider || name.startsWith(`${provider},`))).toBe(true);
    }
    expect(page).toMatch(new RegExp(`^## ${provider.replace("-", " ")}$`, "im"));
    expect(page).toMatch(new RegExp(`import \\{.*\\b${source}\\b.*\\} from "earshot"`));
    const shared = new Set(["composio", "standard-webhooks", "svix"]);
    expect(eventFormats.has(provider) || shared.has(provider)).toBe(true);
  },
);

test("every sender's event format is in the table by which events are decoded, under the sender's name", () => {
  expect(formats).toEqual([...eventFormats].sort(([a], [b]) => (a < b ? -1 : 1)));
});

test.each(rows)("%s: the page gives its tolerance", (_name, { provider, time, toleranceMs = 300_000 }) => {
  const title = provider.replace("-", " ");
  const [, cell = ""] = new RegExp(`^\\| \\[${title}\\][^|]*\\|[^|]*\\| ([^|]*) \\|`, "im").exec(page) ?? [];
  expect(cell).toContain(time === undefined ? "none" : `${toleranceMs / 1000} s`);
});
