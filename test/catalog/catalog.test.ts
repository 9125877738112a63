import { expect, test } from "vitest";
import { z } from "zod";
import { builtInCatalog } from "../../src/catalog/index.js";
import { checkSchema } from "../../src/json-schema/check-schema.js";
import { samplePayload } from "../../src/json-schema/sample.js";
import { untitled } from "./schemas.js";

const names = builtInCatalog().map(({ name }) => name);

test("there are at least 28 triggers of at least 12 apps, each with a name of its own", () => {
  expect(names.length).toBeGreaterThanOrEqual(28);
  expect(new Set(builtInCatalog().map(({ appName }) => appName)).size).toBeGreaterThanOrEqual(12);
  expect(new Set(names).size).toBe(names.length);
});

test("nobody can change it for everybody else, at any depth", () => {
  const open: string[] = [];
  const look = (value: unknown, path: string) => {
    if (typeof value !== "object" || value === null) return;
    if (!Object.isFrozen(value)) open.push(path);
    for (const [key, member] of Object.entries(value)) look(member, `${path}.${key}`);
  };
  look(builtInCatalog(), "catalog");
  expect(open).toEqual([]);
});

test("the star trigger has the fields that the first line of every example reads", () => {
  const star = builtInCatalog().find(({ name }) => name === "GITHUB_STAR_ADDED_EVENT");
  expect(star?.config).toMatchObject({ required: ["owner", "repo"] });
  expect(Object.keys(star?.payload.properties ?? {}).sort()).toEqual([
    "action",
    "repository_id",
    "repository_name",
    "repository_url",
    "starred_at",
    "starred_by",
  ]);
});

test.each(builtInCatalog().map((trigger) => [trigger.name, trigger] as const))(
  "%s is well written",
  (_, trigger) => {
    expect(trigger.name).toMatch(/^[A-Z0-9]+(_[A-Z0-9]+)*$/);
    expect(trigger.appName).toMatch(/^[a-z]+$/);
    expect(trigger.name.startsWith(`${trigger.appName.toUpperCase()}_`)).toBe(true);
    expect(trigger.description).toMatch(/^Fires .*\.$/);
    expect(trigger.version).toMatch(/^\d{8}_\d\d$/);
    for (const side of ["config", "payload"] as const) {
      const schema = trigger[side];
      expect(checkSchema(schema, side)).toEqual([]);
      expect(schema).toMatchObject({ $schema: "http://json-schema.org/draft-07/schema#", type: "object" });
      expect(untitled(schema, side)).toEqual([]);
    }
    // Who enables it is asked only for what has no default: everything else may be left out.
    expect(Object.keys(trigger.config.properties ?? {})).toEqual(
      expect.arrayContaining(Array.isArray(trigger.config.required) ? trigger.config.required : []),
    );
    expect(trigger.type === "poll").toBe(Object.hasOwn(trigger.config.properties ?? {}, "interval"));
  },
);

test.each(builtInCatalog().map((trigger) => [trigger.name, trigger] as const))(
  "a sample of %s matches its schema",
  (_, trigger) => {
    let turn = 0;
    const random = () => (turn++ * 0.618) % 1;
    for (const schema of [trigger.config, trigger.payload]) {
      z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).parse(samplePayload(schema, random));
    }
  },
);
