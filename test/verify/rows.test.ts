import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { tableOf } from "../../scripts/providers-table.js";
import { describeSender } from "../../src/providers/describe-sender.js";
import { eventFormats, senderDefinitions } from "../../src/providers/event-formats.js";
import * as publicFace from "../../src/verify/index.js";

const page = readFileSync(new URL("../../docs/providers.md", import.meta.url), "utf8");
const rows = senderDefinitions.map((definition) => [definition.scheme.provider, definition] as const);

test("there are more than 70 senders with a name, each once", () => {
  expect(rows.length).toBeGreaterThan(70);
  expect(new Set(rows.map(([name]) => name)).size).toBe(rows.length);
});

test("the page has the row of every sender, and no other", () => {
  const written = /<!-- senders:.*?-->\n([\s\S]*?)\n<!-- end of senders -->/.exec(page)?.[1];
  expect(written?.trim()).toBe(tableOf(senderDefinitions.map(describeSender), page).trim());
});

test.each(rows)("%s: is exported by its name, and its set-up is described", (provider, definition) => {
  const { function: name, docs, setup } = describeSender(definition);
  expect(publicFace).toHaveProperty(name);
  expect((publicFace as unknown as Record<string, { definition: unknown }>)[name]?.definition).toBe(
    definition,
  );
  expect(URL.canParse(docs)).toBe(true);
  expect(setup.length).toBeGreaterThan(20);
  // Senders that others use, and the platform, whose events have a form of their own.
  const shared = new Set(["composio", "standard-webhooks", "svix"]);
  expect(eventFormats.has(provider) || shared.has(provider)).toBe(true);
});

test("a section of a sender shows how its source is made", () => {
  for (const [provider, { title }] of rows) {
    if (!new RegExp(`^## ${title}$`, "m").test(page)) continue;
    const { function: name } = describeSender(rows.find(([each]) => each === provider)?.[1] as never);
    expect(page).toMatch(new RegExp(`import \\{[^}]*\\b${name}\\b[^}]*\\} from "earshot"`));
  }
});
