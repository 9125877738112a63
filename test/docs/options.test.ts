import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Option } from "../../src/base/options.js";
import { connectTable, connectWithKeyTable, waitTable } from "../../src/client/connect.js";
import { enableTable } from "../../src/client/enable.js";
import {
  accountFilterTable,
  activeTriggerFilterTable,
  logQueryTable,
  toolFilterTable,
  triggerFilterTable,
} from "../../src/client/lists.js";
import { otelTable } from "../../src/monitoring/otel.js";
import { alertTable } from "../../src/settings/alerts.js";
import { breakerTable, deadLetterTable, listenerTable, retryTable } from "../../src/settings/listener.js";
import { mcpTable } from "../../src/settings/mcp.js";
import { toolsetTable } from "../../src/settings/toolset.js";
import { routeTable, webhookTable } from "../../src/settings/webhook.js";
import { executeTable, toolCallTable } from "../../src/tools/options.js";

const root = join(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs/options.md"), "utf8");

type Table = Readonly<Record<string, Option<never, unknown>>>;

const tables: Readonly<Record<string, Table>> = {
  "new Toolset(options)": toolsetTable,
  "toolset.createTriggerListener(options)": listenerTable,
  retry: retryTable,
  breaker: breakerTable,
  deadLetters: deadLetterTable,
  alerts: alertTable,
  "openTelemetry(options)": otelTable,
  webhook: webhookTable,
  "webhook.routes": routeTable,
  mcp: mcpTable,
  "toolset.enableTrigger(name, options)": enableTable,
  "toolset.getTools(filter)": toolFilterTable,
  "toolset.getTools(filter, options)": toolCallTable,
  "toolset.executeAction(name, args, options)": executeTable,
  "toolset.connect(app, options)": connectTable,
  "toolset.connectWithKey(app, credentials, options)": connectWithKeyTable,
  "waitUntilActive(options)": waitTable,
  "toolset.listTriggers(filter)": triggerFilterTable,
  "toolset.activeTriggers(filter)": activeTriggerFilterTable,
  "toolset.connectedAccounts(filter)": accountFilterTable,
  "toolset.triggerLogs(query)": logQueryTable,
};

interface Row {
  readonly name: string;
  readonly byDefault: string;
  readonly unit: string;
  readonly meaning: string;
}

function rowsOf(heading: string): Row[] {
  const section = page.split(/^## /m).find((text) => text.startsWith(`\`${heading}\`\n`)) ?? "";
  const cells = [...section.matchAll(/^\| `(\w+)` \| (.*) \|$/gm)].map(([, name = "", rest = ""]) => ({
    name,
    rest: rest.split(/(?<!\\)\|/).map((cell) => cell.trim()),
  }));
  return cells.map(({ name, rest: [, byDefault = "", unit = "", meaning = ""] }) => ({
    name,
    byDefault,
    unit,
    meaning,
  }));
}

/** The value with which a default begins: `5,242,880 (5 MiB), and …` */
function valueIn(byDefault: string): unknown {
  const [text = ""] = /^`[^`]*`|^[\w,]+/.exec(byDefault) ?? [];
  if (text.startsWith("`")) return text.replaceAll(/[`"]/g, "");
  const word = text.replace(/,$/, "");
  if (/^\d/.test(word)) return Number(word.replaceAll(",", ""));
  return word === "true" || word === "false" ? word === "true" : undefined;
}

test.each(Object.entries(tables))(
  "docs/options.md has each option of %s, with the default that holds",
  (heading, table) => {
    const rows = rowsOf(heading);
    expect(rows.map(({ name }) => name).sort()).toEqual(Object.keys(table).sort());
    for (const { name, byDefault } of rows) {
      const value = table[name]?.default;
      const isShown = ["string", "boolean"].includes(typeof value) || Number.isFinite(value);
      if (isShown) expect(valueIn(byDefault), `${heading} ${name}`).toBe(value);
    }
  },
);

test("a default that the page has wrong is noticed", () => {
  expect(valueIn("5,242,880 (5 MiB), and for a route the limit of its sender")).toBe(5 * 1024 * 1024);
  expect(valueIn("4 days")).toBe(4);
  expect(valueIn('`"v3"`')).toBe("v3");
  expect(valueIn("true, unless `webhook` is given")).toBe(true);
  expect(valueIn("no limit")).toBe(undefined);
});

test("an option that is not given has the default of its table", () => {
  for (const table of Object.values(tables)) {
    for (const [name, option] of Object.entries(table)) {
      if (typeof option.default !== "number") continue;
      expect(option.read(name, undefined as never), name).toBe(option.default);
    }
  }
});

test("no duration and no size in docs/options.md stands without its unit, no option of a table without a meaning", () => {
  for (const heading of Object.keys(tables)) {
    for (const { name, byDefault, unit, meaning } of rowsOf(heading)) {
      expect(meaning, `${heading} ${name}`).not.toBe("");
      expect(byDefault, `${heading} ${name}`).not.toBe("");
      if (name.endsWith("Ms")) expect(unit, `${heading} ${name}`).toBe("milliseconds");
      if (/bytes$/i.test(name)) expect(unit, `${heading} ${name}`).toBe("bytes");
    }
  }
});

test("writing docs/options.md again changes nothing", () => {
  const folder = mkdtempSync(join(tmpdir(), "earshot-options-page-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const written = join(folder, "options.md");
  execFileSync(process.execPath, ["scripts/options-page.mjs", written], { cwd: root });
  expect(readFileSync(written, "utf8")).toBe(page);
});
