import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { errorsBelow, projectOptions, root } from "./compile.js";

const directory = join(import.meta.dirname, "fixtures");
const fixtures = readdirSync(directory).map((name) => join(directory, name));
const options = projectOptions();

test("the fixtures compile, and every line that must not compile does not", () => {
  expect(fixtures.length).toBeGreaterThan(3);
  expect(errorsBelow(directory, fixtures, options)).toEqual({});
});

test("they would not if the types were any", () => {
  const triggers = `
    export type TriggerName = string;
    export type PayloadOf<Name> = any;
    export type ConfigOf<Name> = any;
    export type EventOf<Name> = any;`;
  const tools = `
    export type ToolName = string;
    export type ArgumentsOf<Name> = any;
    export type DataOf<Name> = any;
    export type ToolResult<Data> = any;`;
  const replaced = new Map([
    [join(root, "src/model/triggers.ts"), triggers],
    [join(root, "src/model/tools.ts"), tools],
  ]);
  const errors = errorsBelow(directory, fixtures, options, replaced);
  expect(Object.keys(errors).sort()).toEqual(readdirSync(directory).sort());
});

test("they would not if the catalog were empty", () => {
  const empty = new Map([
    [join(root, "src/generated/trigger-types/index.ts"), "export interface CatalogTriggers {}"],
    [join(root, "src/generated/tool-types/index.ts"), "export interface CatalogTools {}"],
  ]);
  const errors = errorsBelow(directory, fixtures, options, empty);
  expect(Object.keys(errors).sort()).toEqual(readdirSync(directory).sort());
});

test.each([
  ["strict on", {}],
  ["strict off", { strict: false, exactOptionalPropertyTypes: false }],
])("the ten lines compile with a typed payload: %s", (_, changes) => {
  const compilers = join(root, "test/package/compilers");
  expect(errorsBelow(compilers, [join(compilers, "ten-lines.ts")], { ...options, ...changes })).toEqual({});
});
