import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type ts from "typescript";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Platform, startPlatform } from "../../src/dev/index.js";
import { errorsBelow, projectOptions, root } from "../types/compile.js";
import { type Ended, earshot, jsonLines } from "./cli.js";

const STAR = "GITHUB_STAR_ADDED_EVENT";
let platform: Platform;
let folder: string;

/** Schemas with everything that makes the writing of types hard. */
const hard = [
  {
    name: "ACME_ORDER_PLACED",
    appName: "acme",
    displayName: "Order placed",
    description: "Fires for */ an order.",
    config: { type: "object", properties: {} },
    payload: {
      title: "Payload",
      type: "object",
      required: ["title", "line", "kind", "config"],
      properties: {
        title: { type: "string", title: "Title", description: "ends */ here" },
        line: { $ref: "#/$defs/Payload" },
        kind: { enum: ["a", 1, null] },
        config: { anyOf: [{ $ref: "#/$defs/Config" }, { type: "null" }] },
        "with-dash": { type: "array", items: { type: ["string", "null"] } },
      },
      $defs: {
        Payload: { type: "object", properties: { next: { $ref: "#/$defs/Payload" } } },
        Config: { type: "object", required: ["n"], properties: { n: { type: "integer" } } },
      },
    },
  },
];

beforeAll(async () => {
  // Inside node_modules, so that the files' imports resolve as a user's would.
  const cache = join(root, "node_modules/.cache");
  await mkdir(cache, { recursive: true });
  folder = await mkdtemp(join(cache, "earshot-types-"));
  const catalog = join(folder, "catalog.json");
  await writeFile(catalog, JSON.stringify(hard));
  platform = await startPlatform({ catalog });
});
afterAll(async () => {
  await platform.stop();
  await rm(folder, { recursive: true, force: true });
});

const run = (args: string[], url = platform.url): Promise<Ended> =>
  earshot(args, { env: { COMPOSIO_BASE_URL: url, COMPOSIO_API_KEY: "local" } });

/** The problems of files in the folder, under the project's own strict options. */
async function problems(files: Record<string, string>): Promise<Record<string, readonly string[]>> {
  const options: ts.CompilerOptions = {
    ...projectOptions(),
    strict: true,
    skipLibCheck: false,
    noEmit: true,
    noUnusedLocals: false,
    paths: { earshot: [join(root, "src/index.ts")] },
  };
  expect(options.strict).toBe(true);
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return errorsBelow(
    folder,
    Object.keys(files).map((name) => join(folder, name)),
    options,
  );
}

test("the whole catalog compiles under strict, and a wrong field is a type error", {
  timeout: 180_000,
}, async () => {
  const whole = await startPlatform();
  const file = join(folder, "catalog.d.ts");
  const { code, stdout, stderr } = await run(["types", "--all", "--out", file], whole.url);
  await whole.stop();
  expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
  expect(Number(/types of (\d+) triggers/.exec(stderr)?.[1])).toBeGreaterThan(50);
  const found = await problems({
    "catalog.d.ts": await readFile(file, "utf8"),
    "right.ts": `
      /// <reference path="./catalog.d.ts" />
      import { type ConfigOf, type PayloadOf, type PlatformTriggers, type TriggerMap } from "earshot";
      const who = (payload: PayloadOf<"${STAR}">): string => payload.starred_by;
      const config: ConfigOf<"${STAR}"> = { owner: "acme", repo: "site" };
      // The file has every trigger that comes with the package, and counts for each.
      const all: Record<keyof TriggerMap, true> = {} as Record<keyof PlatformTriggers, true>;
      export const used = [who, config, all];`,
    "wrong-field.ts": `
      import { type PayloadOf } from "earshot";
      export const who = (payload: PayloadOf<"${STAR}">) => payload.starred_bye;`,
    "wrong-type.ts": `
      import { type PayloadOf } from "earshot";
      export const who = (payload: PayloadOf<"${STAR}">): number => payload.starred_by;`,
    "wrong-config.ts": `
      import { type ConfigOf } from "earshot";
      export const config: ConfigOf<"${STAR}"> = { owner: "acme", repository: "site" };`,
  });
  expect(found).toEqual({
    "wrong-field.ts": [expect.stringMatching(/starred_bye.*Did you mean 'starred_by'/)],
    "wrong-type.ts": [expect.stringMatching(/'string' is not assignable to type 'number'/)],
    "wrong-config.ts": [expect.stringMatching(/'repository' does not exist/)],
  });
});

test("colliding names, references, unions and texts that would end a comment", {
  timeout: 180_000,
}, async () => {
  const { code, stdout } = await run(["types", "acme_order_placed"]);
  expect(code).toBe(0);
  expect(
    await problems({
      "hard.d.ts": stdout,
      "use.ts": `
        /// <reference path="./hard.d.ts" />
        import { type PayloadOf } from "earshot";
        type Order = PayloadOf<"ACME_ORDER_PLACED">;
        export const next = (order: Order): object | undefined => order.line.next?.next;
        export const kinds: Order["kind"][] = ["a", 1, null];
        export const n = (order: Order): number | undefined => order.config?.n;
        export const dashed = (order: Order): (string | null)[] | undefined => order["with-dash"];
        // @ts-expect-error not one of them
        export const other: Order["kind"] = "b";
        // @ts-expect-error the schema has no such field
        export const none = (order: Order) => order.nothing;`,
    }),
  ).toEqual({});
});

test("without a name, the triggers that are enabled; --json has the source or the file", async () => {
  const none = await run(["types"]);
  expect(none).toMatchObject({ code: 2, stdout: "" });
  expect(none.stderr).toMatch(/No trigger is enabled/);
  await run(["triggers", "enable", "ACME_ORDER_PLACED"]);
  const [line] = jsonLines((await run(["types", "--json"])).stdout);
  expect(line).toEqual({
    triggers: ["ACME_ORDER_PLACED"],
    source: expect.stringContaining("ACME_ORDER_PLACED: {"),
  });
  const out = join(folder, "json.d.ts");
  const toFile = await run(["types", "--json", "--out", out]);
  expect(jsonLines(toFile.stdout)).toEqual([{ triggers: ["ACME_ORDER_PLACED"], file: out }]);
});

test("an unknown name, a file that cannot be written", async () => {
  const unknown = await run(["types", "ACME_ORDER_PLACE"]);
  expect(unknown).toMatchObject({ code: 1, stdout: "" });
  expect(unknown.stderr).toMatch(/ACME_ORDER_PLACED[\s\S]*ERR_TRIGGER_UNKNOWN/);
  const out = await run(["types", "ACME_ORDER_PLACED", "--out", join(folder, "no/such/dir.d.ts")]);
  expect(out).toMatchObject({ code: 2, stdout: "" });
  expect(out.stderr).toMatch(/cannot be written/);
});
