import { expect, test } from "vitest";
import { builtInTools } from "../../../src/catalog/tools/index.js";
import { makeArguments } from "../../../src/dev/model/make-arguments.js";
import { findMismatches } from "../../../src/json-schema/validate.js";
import type { JsonSchema } from "../../../src/model/json.js";
import { processorMs } from "../../support/processor-time.js";

const string = { type: "string" };
const object = (properties: Record<string, unknown>, ...required: string[]): JsonSchema => ({
  type: "object",
  properties,
  required,
});

const star = object({ owner: string, repo: string }, "owner", "repo");
const issue = object(
  {
    owner: string,
    repo: string,
    title: string,
    body: string,
    labels: { type: "array", items: string },
    issue_number: { type: "integer" },
    state: { type: "string", enum: ["open", "closed"] },
  },
  "owner",
  "repo",
);
const message = object(
  { channel: string, text: string, thread_ts: string, unfurl_links: { type: "boolean" } },
  "channel",
);

const payload = JSON.stringify({
  data: { channel: "C024BE91L", text: "hi", ts: "1700000000.000100" },
  thread_ts: "1.0000",
});

test.each<[prompt: string, schema: JsonSchema, made: object]>([
  ["Star the repository acme/site on GitHub.", star, { owner: "acme", repo: "site" }],
  ["Star https://github.com/acme/site.git, please", star, { owner: "acme", repo: "site" }],
  ["Star it and/or watch: owner: acme, repo = 'site'", star, { owner: "acme", repo: "'site'" }],
  [
    'Create an issue in acme/site with the title "It fails" and labels: bug, urgent',
    issue,
    {
      ...{ owner: "acme", repo: "site", title: "It fails", labels: ["bug", "urgent"] },
      body: "It fails",
    },
  ],
  [
    "Close #42 of acme/site: set it to closed",
    issue,
    {
      ...{ owner: "acme", repo: "site", issue_number: 42, state: "closed" },
      body: "set it to closed",
    },
  ],
  ['Send "Hello" to #general', message, { channel: "general", text: "Hello" }],
  [
    "Post good morning to #general, without unfurl links",
    message,
    {
      ...{ channel: "general", text: "good morning", unfurl_links: false },
    },
  ],
  [
    `Reply to this event: ${payload}`,
    message,
    {
      ...{ channel: "C024BE91L", thread_ts: "1.0000", text: "Scripted model's reply to: hi" },
    },
  ],
  [payload, message, { channel: "C024BE91L", thread_ts: "1.0000", text: "hi" }],
  [
    "Mail ada@example.com about “Lunch”",
    object({ recipient_email: string, subject: string }, "recipient_email", "subject"),
    {
      ...{ recipient_email: "ada@example.com", subject: "Lunch" },
    },
  ],
  ["Search for open bugs", object({ query: string }, "query"), { query: "open bugs" }],
  ["In 5 minutes", object({ minutes: { type: "number" } }, "minutes"), { minutes: 5 }],
  [
    "Nothing",
    object({ page: { type: "integer", default: 3 }, flag: { type: "boolean" } }, "page"),
    { page: 3 },
  ],
  ["Nothing", object({ note: { anyOf: [string, { type: "null" }] } }, "note"), { note: null }],
  [
    "region: eu",
    {
      $defs: { Place: object({ region: string }, "region") },
      ...object({ place: { $ref: "#/$defs/Place" } }, "place"),
    },
    {
      place: { region: "eu" },
    },
  ],
  ["__proto__: yes", object({ constructor: string }), {}],
])("%j gives the arguments that it says", (prompt, schema, made) => {
  const given = makeArguments([prompt], schema);
  expect(given).toEqual(made);
  expect(findMismatches(given, schema)).toEqual([]);
});

test("of a strict schema's texts, which may all be null, the first one is written", () => {
  const nullable = { type: ["string", "null"] };
  const schema = object(
    { markdown_text: nullable, blocks: nullable, text: nullable },
    "markdown_text",
    "blocks",
    "text",
  );
  expect(makeArguments(['Say "hi"'], schema)).toEqual({ markdown_text: null, blocks: null, text: "hi" });
});

test("what the user does not say is taken from the system's text", () => {
  const system = "You post to the channel #roasts and to no other.";
  expect(makeArguments(["Roast: my build is green", system], message)).toEqual({
    channel: "roasts",
    text: "Scripted model's reply to: my build is green",
  });
});

test("what is required and said nowhere is a sample of the schema", () => {
  const schema = object(
    {
      when: { type: "string", format: "date-time" },
      kind: { type: "string", enum: ["a", "b"] },
      tags: { type: "array", items: string, minItems: 2 },
      place: object({ city: string }, "city"),
    },
    ...["when", "kind", "tags", "place"],
  );
  const made = makeArguments(["Do it"], schema);
  expect(Object.keys(made).sort()).toEqual(["kind", "place", "tags", "when"]);
  expect(findMismatches(made, schema)).toEqual([]);
});

test.each([
  "Do it",
  'Please, for acme/site: say "hi" to #general',
  '{"owner":1,"labels":"bug","channel":{}}',
])("arguments of every tool of the catalog match its schema, made from %j", (prompt) => {
  const problems = builtInTools().flatMap(({ name, input }) =>
    findMismatches(makeArguments([prompt], input), input).map(({ keys, keyword }) => [
      name,
      keys.join("."),
      keyword,
    ]),
  );
  expect(builtInTools().length).toBeGreaterThan(40);
  expect(problems).toEqual([]);
});

test("names and values that mean something in a regular expression are read as texts", () => {
  const list = { type: "array", items: { type: "string" } };
  const names = ["a[", "b\\", "c(", "**", "labels[]", "n{2"];
  const properties = Object.fromEntries(
    names.flatMap((name) => [
      [name, list],
      [`is_${name}`, { type: "boolean" }],
      [`one ${name}`, { enum: [`${name}x`] }],
    ]),
  );
  const prompt = 'labels[]: bug, and "c(x" is it, a[ = yes';
  expect(makeArguments([prompt], { type: "object", properties })).toMatchObject({ "one c(": "c(x" });
  const kind = { type: "object", properties: { kind: { enum: ["a", 1] } } };
  expect(makeArguments(['{"kind":{"toString":1}}'], kind)).toEqual({});
});

test("hostile prompts end soon", () => {
  const started = processorMs();
  for (const prompt of [
    "{".repeat(200_000),
    '"'.repeat(200_000),
    "a/".repeat(100_000),
    "channel ".repeat(50_000),
  ]) {
    makeArguments([prompt], message);
  }
  expect(processorMs() - started).toBeLessThan(10_000);
});
