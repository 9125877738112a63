import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { builtInCatalogue, loadCatalogue } from "../../../src/dev/catalogue/index.js";
import { EarshotError, InvalidError } from "../../../src/errors.js";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "earshot-catalogue-"));
});
afterAll(() => rm(directory, { recursive: true }));

async function load(content: string) {
  const file = join(directory, `${Math.random().toString(36).slice(2)}.json`);
  await writeFile(file, content);
  return loadCatalogue(file);
}

const failure = (content: unknown): Promise<unknown> =>
  load(typeof content === "string" ? content : JSON.stringify(content)).then(
    () => expect.unreachable("it was accepted"),
    (error: unknown) => error,
  );

const problems = async (content: unknown): Promise<readonly string[]> => {
  const error = await failure(content);
  expect(error).toBeInstanceOf(InvalidError);
  const { code, problems, message } = error as InvalidError;
  expect(code).toBe("ERR_CATALOGUE");
  for (const problem of problems) expect(message).toContain(problem.message);
  return problems.map(({ path }) => path);
};

test("what the local platform has can be written to a file and read back", async () => {
  expect(await load(JSON.stringify(builtInCatalogue()))).toEqual(builtInCatalogue());
});

test("a trigger needs a name, an app and a payload; the rest has defaults", async () => {
  const payload = { type: "object", properties: { id: { type: "string" } } };
  expect(
    await load(`\uFEFF${JSON.stringify([{ name: "ACME_ORDER_PLACED", appName: "acme", payload }])}`),
  ).toEqual([
    {
      name: "ACME_ORDER_PLACED",
      displayName: "ACME_ORDER_PLACED",
      description: "",
      instructions: "",
      appName: "acme",
      appDisplayName: "acme",
      type: "webhook",
      config: { type: "object", properties: {} },
      payload,
      version: "00000000_00",
    },
  ]);
});

test("an empty catalogue is a catalogue", async () => {
  expect(await load("[]")).toEqual([]);
});

test("every problem is listed with its path", async () => {
  const sound = { name: "ACME_A", appName: "acme", payload: { type: "object" } };
  expect(
    await problems([
      sound,
      {
        ...sound,
        payload: { properties: { id: { type: "text" }, by: { $ref: "#/$defs/user" } }, required: "id" },
      },
      { name: "acme_b", appName: "Acme", type: "push", displayName: 1, payloads: {} },
      "ACME_C",
      {
        ...sound,
        name: "ACME_D",
        config: [],
        payload: {
          type: "string",
          anyOf: [],
          items: [true, 7],
          minLength: -1,
          enum: [],
          minimum: "0",
          examples: 1,
        },
      },
    ]),
  ).toEqual([
    "[1].payload.required",
    "[1].payload.properties.id.type",
    "[1].payload.properties.by.$ref",
    "[1].name",
    "[2].payloads",
    "[2].name",
    "[2].appName",
    "[2].type",
    "[2].displayName",
    "[2].payload",
    "[3]",
    "[4].config",
    "[4].payload.enum",
    "[4].payload.examples",
    "[4].payload.minimum",
    "[4].payload.minLength",
    "[4].payload.anyOf",
    "[4].payload.items[1]",
    "[4].payload.type",
  ]);
});

test("an object in place of the array is a problem of the file", async () => {
  expect(await problems({ triggers: [] })).toEqual([""]);
});

test("a file that is not there, and one that is not JSON, name the file and why", async () => {
  const missing = await loadCatalogue(join(directory, "none.json")).catch((error: unknown) => error);
  expect(missing).toBeInstanceOf(EarshotError);
  expect(missing).toMatchObject({
    code: "ERR_CATALOGUE",
    message: expect.stringMatching(/none\.json.*ENOENT/),
  });
  const broken = await failure("[{]");
  expect(broken).toMatchObject({ code: "ERR_CATALOGUE", message: expect.stringContaining("is not JSON") });
});
