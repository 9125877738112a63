import { expect, test } from "vitest";
import { entriesIn, fromApi } from "../../src/catalog/api-list.js";
import { checkCatalog } from "../../src/catalog/check.js";
import { jsonTexts } from "../../src/catalog/load.js";
import { sanitize } from "../../src/cli/terminal/sanitize.js";
import { readBody } from "../../src/decode/body.js";
import { EventBus } from "../../src/dev/event-bus.js";
import { createApp } from "../../src/dev/http/app.js";
import { QueryParams } from "../../src/dev/http/query-params.js";
import { unknownMembers } from "../../src/dev/unknown-members.js";
import { timeText } from "../../src/json-schema/sample/moment.js";
import { isIdName } from "../../src/json-schema/sample/names.js";
import { Renewal } from "../../src/json-schema/sample/renewal.js";
import { printType } from "../../src/json-schema/typescript.js";
import { isUnasked } from "../../src/protocol/names-in-frame.js";
import { requestPath } from "../../src/transports/webhook/request-head.js";
import { compileTemplate } from "../../src/verify/content.js";
import { processorMs } from "../support/processor-time.js";

const MIB = 1_048_576;
/** Rows that make a regular expression begin anew at each character; each ends so that nothing matches. */
const units = [
  "/",
  "[",
  "[1",
  " ",
  "_",
  "a",
  "A1",
  "{",
  "{a",
  '\\"',
  '"',
  ",",
  "=",
  ".",
  "-",
  "0",
  "\n",
  "%2f",
  "a_",
  "(",
  "https://",
];
const rows = units.flatMap((unit) => {
  const row = unit.repeat(MIB / unit.length);
  return [`${row}x`, `x${row}`, `${row}\u0000`];
});

const app = createApp([{ method: "GET", path: "/a/{id}", handle: (c) => c.body(null) }], {
  bus: new EventBus(),
  allows: () => true,
  saved: () => Promise.resolve(),
  maxBodyBytes: 1,
  stopping: new AbortController().signal,
});

const readers: readonly [string, (text: string) => unknown][] = [
  [
    "the path of a call of the local platform",
    (url) =>
      app.fetch(new Request("http://localhost"), {
        incoming: { url, headers: {} },
        outgoing: { getHeader: () => "" },
      } as never),
  ],
  ["its query", (text) => new QueryParams(new URLSearchParams([[text, text]])).list("ids")],
  ["the catalog's names", (text) => checkCatalog([{ name: text, appName: text, payload: {} }])],
  ["the platform's list of trigger types", (text) => fromApi({ slug: text, name: text })],
  ["pages one after the other", (text) => entriesIn(jsonTexts(text))],
  ["names of members", (text) => isIdName(text)],
  ["times in examples", (text) => timeText(text, true)],
  ["ids in examples", (text) => new Renewal({ atUs: 0 }, () => 0.5).renew(text, "id")],
  [
    "types from a schema",
    (text) => printType({ type: "object", properties: { [text]: { description: text, const: text } } }),
  ],
  ["unknown members", (text) => unknownMembers({ [text]: 1 }, { properties: { a: {} } })],
  ["a text for a terminal", (text) => sanitize(text)],
  ["the path of a webhook request", (text) => requestPath(text)],
  ["the body of a form", (text) => readBody(text, "slack", undefined)],
  ["the names in a frame", (text) => isUnasked(Buffer.from(text), () => false)],
  ["a signing template", (text) => compileTemplate(text)],
];

/** Generous: what takes time in proportion to the square needs minutes. */
const LONGEST_MS = 2_000;

test.each(readers)(
  "1 MB of any one row is read in time that is in proportion to its length: %s",
  async (_, read) => {
    for (const row of rows) {
      const before = processorMs();
      try {
        await read(row);
      } catch {
        // Refusing is an answer too.
      }
      expect(processorMs() - before, JSON.stringify(row.slice(0, 12))).toBeLessThan(LONGEST_MS);
    }
  },
);
