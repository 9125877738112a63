import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { errorsBelow, projectOptions, root } from "./compile.js";

const directory = join(import.meta.dirname, "fixtures");
const fixtures = readdirSync(directory).map((name) => join(directory, name));
const options = projectOptions();

// That the fixtures compile, and that each line that must not compile does not, `npm run typecheck` shows.
test("the fixtures would not compile if the types were any", () => {
  expect(fixtures.length).toBeGreaterThan(3);
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

test("the fixtures would not compile if the catalog were empty", () => {
  const empty = new Map([
    [join(root, "src/generated/trigger-types/index.ts"), "export interface CatalogTriggers {}"],
    [join(root, "src/generated/tool-types/index.ts"), "export interface CatalogTools {}"],
  ]);
  const errors = errorsBelow(directory, fixtures, options, empty);
  expect(Object.keys(errors).sort()).toEqual(readdirSync(directory).sort());
});
