import { expect, test } from "vitest";
import { z } from "zod";
import { builtInCatalog, builtInTools } from "../../src/catalog/index.js";
import { checkSchema } from "../../src/json-schema/check-schema.js";
import { samplePayload } from "../../src/json-schema/sample.js";
import { untitled } from "./schemas.js";

const tools = builtInTools();
const rows = tools.map((tool) => [tool.name, tool] as const);

test("there are at least 40 tools, each with its own name, of apps that have triggers", () => {
  expect(tools.length).toBeGreaterThanOrEqual(40);
  expect(new Set(tools.map(({ name }) => name)).size).toBe(tools.length);
  const apps = new Set(builtInCatalog().map(({ appName }) => appName));
  expect(tools.filter(({ appName }) => !apps.has(appName))).toEqual([]);
});

test("the tools of the best-known examples have the arguments that those give", () => {
  const inputOf = (name: string) => tools.find((tool) => tool.name === name)?.input;
  expect(inputOf("SLACK_SENDS_A_MESSAGE_TO_A_SLACK_CHANNEL")).toMatchObject({
    required: ["channel"],
    properties: { text: { type: "string" }, thread_ts: { type: "string" } },
  });
  expect(inputOf("GITHUB_STAR_A_REPOSITORY_FOR_THE_AUTHENTICATED_USER")).toMatchObject({
    required: ["owner", "repo"],
  });
});

test.each(rows)("%s is well written", (_, tool) => {
  expect(tool.name).toMatch(/^[A-Z0-9]+(_[A-Z0-9]+)*$/);
  expect(tool.name.startsWith(`${tool.appName.toUpperCase()}_`)).toBe(true);
  expect(tool.description).toMatch(/^[A-Z].*\.$/);
  expect(tool.tags.filter((tag) => /^(readOnly|create|update|destructive)Hint$/.test(tag))).toHaveLength(1);
  for (const side of ["input", "output"] as const) {
    expect(checkSchema(tool[side], side)).toEqual([]);
    expect(tool[side]).toMatchObject({ type: "object" });
    expect(untitled(tool[side], side)).toEqual([]);
  }
  expect(Object.isFrozen(tool.input.properties)).toBe(true);
});

test.each(rows)("a sample of the arguments of %s matches its schema", (_, tool) => {
  let turn = 0;
  const random = () => (turn++ * 0.618) % 1;
  for (const schema of [tool.input, tool.output]) {
    z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).parse(samplePayload(schema, random));
  }
});
