import { expect, test } from "vitest";
import { pointedAt } from "../../src/json-schema/ref.js";
import { samplePayload } from "../../src/json-schema/sample.js";
import { findMismatches } from "../../src/json-schema/validate.js";
import { isJsonObject, type JsonObject, type JsonSchema } from "../../src/model/json.js";
import { runs } from "../support/runs.js";
import { seeded, seedOf } from "../support/seeded.js";
import { testClients } from "./clients.js";
import { oddSchemas } from "./odd-schemas.js";
import { catalogSchemas, notingList } from "./support.js";

const SEED = Number(process.env.TOOLS_SEED ?? 20_261_127);
const TURNS = runs(20, 4);
const clients = Object.entries(testClients);
const odd = Object.entries(oddSchemas);
const oddNames = odd.map((_, at) => `ACME_ODD_${at}`);
const schemas: Readonly<Record<string, JsonSchema>> = {
  ...catalogSchemas(),
  ...Object.fromEntries(odd.map(([, { schema }], at) => [oddNames[at], schema])),
};

/** Schemas of random arguments: the client's own have no examples. */
const sampled = (schema: JsonSchema, ...words: (string | number)[]): JsonObject =>
  samplePayload(schema, seeded(seedOf(SEED, ...words)), { atUs: 1e15 });

/** Arguments as a model that follows a strict schema sends them: null for each that is not given. */
function asModel(
  value: unknown,
  schema: JsonSchema,
  root: JsonSchema,
  alias: (name: string) => string,
): unknown {
  if (typeof schema.$ref === "string")
    return asModel(value, pointedAt(root, schema.$ref) as JsonSchema, root, alias);
  if (Array.isArray(schema.anyOf) && typeof value === "object" && value !== null) {
    const kind = Array.isArray(value) ? "array" : "object";
    const branch = schema.anyOf.find(
      (one: JsonSchema) => one.$ref !== undefined || [one.type].flat().includes(kind),
    );
    return asModel(value, branch ?? {}, root, alias);
  }
  if (Array.isArray(value)) {
    return value.map((item) => asModel(item, (schema.items ?? {}) as JsonSchema, root, alias));
  }
  if (!isJsonObject(value)) return value;
  const properties = isJsonObject(schema.properties) ? schema.properties : {};
  const sent = Object.entries(value).map(([name, member]) => {
    const known = Object.hasOwn(properties, name) ? name : alias(name);
    return [known, asModel(member, (properties[known] ?? {}) as JsonSchema, root, alias)];
  });
  const nulls =
    schema.additionalProperties === false ? Object.keys(properties).map((name) => [name, null]) : [];
  return { ...Object.fromEntries(nulls), ...Object.fromEntries(sent) };
}

test.each(clients)(
  "%s: arguments that a model makes by its schema are right for the tool",
  async (title, client) => {
    const { tools, ran } = await notingList(schemas);
    const seen = client.see(tools);
    const names = Object.keys(schemas);
    expect(seen).toHaveLength(names.length);
    for (const [at, { name, parameters }] of seen.entries()) {
      for (let turn = 0; turn < TURNS; turn += 1) {
        const args = sampled(parameters, title, name, turn);
        const what = `seed ${SEED}, ${names[at]}, turn ${turn}: ${JSON.stringify(args)}`;
        expect(findMismatches(args, parameters), what).toEqual([]);
        const call = { id: "c1", name, args };
        const [result] = await tools.handleToolCalls(client.response([call]) as never);
        const read = client.read(result as never);
        // A root of alternatives cannot be said in a client's form: the model is told what does not fit.
        if (schemas[names[at] as string]?.oneOf !== undefined && read.isError) continue;
        expect(read, what).toMatchObject({ id: "c1", isError: false });
        const last = ran.at(-1);
        expect(last?.name).toBe(names[at]);
        expect(findMismatches(last?.args, schemas[names[at] as string] as JsonSchema), what).toEqual([]);
      }
    }
  },
);

test.each(clients)("%s: the tool gets what the model means, under its own names", async (title, client) => {
  const { tools, ran } = await notingList(schemas);
  const seen = client.see(tools);
  for (const [at, [original, schema]] of Object.entries(schemas).entries()) {
    const { name, parameters } = seen[at] as (typeof seen)[number];
    const given = odd[oddNames.indexOf(original)]?.[1].args;
    for (let turn = 0; turn < (given === undefined ? TURNS : 1); turn += 1) {
      const args = given ?? sampled(schema, title, original, turn);
      // An alias ends with a hash of the name that it stands for.
      const known = namesIn(parameters);
      const alias = (from: string) =>
        [...known].find((one) => one.replace(/_[0-9a-f]{10}$/, "") === expectedStart(from)) ?? from;
      const sent = asModel(args, parameters, parameters, alias);
      const what = `seed ${SEED}, ${original}, turn ${turn}: ${JSON.stringify(sent)}`;
      expect(findMismatches(sent, parameters), what).toEqual([]);
      await tools.handleToolCalls(client.response([{ id: "c1", name, args: sent }]) as never);
      expect(ran.at(-1), what).toEqual({ name: original, args: withoutDefaultedNulls(args, schema) });
    }
  }
});

const expectedStart = (name: string) =>
  name
    .replace(/[^a-zA-Z0-9_]/g, "_")
    .replace(/^(?![a-zA-Z_])/, "_")
    .slice(0, 53);

/** Null is "not given" for a member with a default other than null. */
function withoutDefaultedNulls(args: unknown, schema: JsonSchema): unknown {
  const properties = isJsonObject(schema.properties) ? schema.properties : {};
  return Object.fromEntries(
    Object.entries(args as JsonObject).filter(([name, value]) => {
      const member = properties[name];
      return value !== null || !isJsonObject(member) || (member.default ?? null) === null;
    }),
  );
}

function namesIn(schema: unknown, found = new Set<string>()): ReadonlySet<string> {
  if (Array.isArray(schema)) for (const one of schema) namesIn(one, found);
  if (!isJsonObject(schema)) return found;
  if (isJsonObject(schema.properties)) for (const name of Object.keys(schema.properties)) found.add(name);
  for (const one of Object.values(schema)) namesIn(one, found);
  return found;
}

/** Every schema within a schema, with its path. */
function* schemasIn(schema: JsonSchema, path = "#"): Generator<[string, JsonSchema]> {
  yield [path, schema];
  for (const keyword of ["properties", "$defs"]) {
    const members = schema[keyword];
    if (!isJsonObject(members)) continue;
    for (const [name, one] of Object.entries(members))
      yield* schemasIn(one as JsonSchema, `${path}/${keyword}/${name}`);
  }
  for (const keyword of ["anyOf", "oneOf", "prefixItems"]) {
    const list = schema[keyword];
    if (!Array.isArray(list)) continue;
    for (const [at, one] of list.entries()) yield* schemasIn(one, `${path}/${keyword}/${at}`);
  }
  for (const keyword of ["items", "additionalProperties"]) {
    if (isJsonObject(schema[keyword])) yield* schemasIn(schema[keyword] as JsonSchema, `${path}/${keyword}`);
  }
}

const always = [
  "type",
  "description",
  "enum",
  "properties",
  "required",
  "additionalProperties",
  "items",
  "anyOf",
];
const rules: Readonly<Record<string, { readonly keywords: readonly string[]; readonly name: RegExp }>> = {
  strict: {
    keywords: [
      ...[...always, "$ref", "$defs", "format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
      ...["multipleOf", "minItems", "maxItems"],
    ],
    name: /^[a-zA-Z0-9_-]{1,64}$/,
  },
  Gemini: {
    keywords: [
      ...[...always, "$ref", "$defs", "format", "minimum", "maximum", "minItems", "maxItems", "prefixItems"],
    ],
    name: /^[a-zA-Z_][a-zA-Z0-9_]{0,63}$/,
  },
};

test("Gemini gets only keywords and names that it takes", async () => {
  const { tools } = await notingList(schemas);
  for (const { name, parameters } of testClients.Gemini?.see(tools) ?? []) {
    expect(name).toMatch(/^[a-zA-Z_][a-zA-Z0-9_-]{0,63}$/);
    for (const [path, schema] of schemasIn(parameters)) {
      const others = Object.keys(schema).filter((keyword) => !rules.Gemini?.keywords.includes(keyword));
      expect(others, `${name} ${path}`).toEqual([]);
      if (schema.$ref !== undefined) expect(Object.keys(schema), `${name} ${path}`).toEqual(["$ref"]);
      for (const value of Array.isArray(schema.enum) ? schema.enum : [])
        expect(typeof value).toMatch(/string|number/);
      for (const member of Object.keys(schema.properties ?? {}))
        expect(member).toMatch(rules.Gemini?.name ?? /^$/);
    }
  }
});

test("OpenAI's strict mode gets only what it takes; what it cannot express is not strict", async () => {
  const { tools } = await notingList(schemas);
  const seen = tools.forOpenAI().map(({ function: one }) => one);
  for (const { name, parameters, strict } of seen) {
    expect(parameters.type, name).toBe("object");
    if (!strict) continue;
    for (const [path, schema] of schemasIn(parameters)) {
      const others = Object.keys(schema).filter((keyword) => !rules.strict?.keywords.includes(keyword));
      expect(others, `${name} ${path}`).toEqual([]);
      if (schema.$ref !== undefined) {
        expect(Object.keys(schema), `${name} ${path}`).toEqual(["$ref"]);
        continue;
      }
      expect(schema.type ?? schema.anyOf, `${name} ${path}`).toBeDefined();
      if (![schema.type].flat().includes("object")) continue;
      expect(schema.additionalProperties, `${name} ${path}`).toBe(false);
      expect(schema.required, `${name} ${path}`).toEqual(Object.keys(schema.properties ?? {}));
    }
  }
  for (const [at, [title, { isStrict }]] of odd.entries()) {
    expect(seen.find(({ name }) => name === oddNames[at])?.strict, title).toBe(isStrict);
  }
  // Most tools can be strict: a mistake in the rules would make none.
  expect(seen.filter(({ strict }) => strict).length).toBeGreaterThan(seen.length / 2);
});

test("a limit that a client does not know is in the description, and a model that misses it is told", async () => {
  const code = { type: "string", description: "A currency.", pattern: "^[A-Z]{3}$", default: "EUR" };
  const { tools } = await notingList({ ACME_PAY: { type: "object", properties: { code } } });
  const [strict] = tools.forOpenAI();
  const [gemini] = tools.forGemini().functionDeclarations;
  const description = 'A currency. (default: "EUR"; pattern: "^[A-Z]{3}$")';
  expect(strict?.function.parameters.properties).toEqual({ code: { type: ["string", "null"], description } });
  expect(gemini?.parametersJsonSchema.properties).toEqual({ code: { type: "string", description } });
  expect(tools.forAnthropic()[0]?.input_schema.properties).toEqual({ code });
  await expect(tools.get("ACME_PAY")?.execute({ code: "eur" })).resolves.toMatchObject({
    successful: false,
    error: "The arguments of ACME_PAY have a problem:\n- code must match ^[A-Z]{3}$ (A currency.)",
  });
});

test.each(clients)("%s: a root is an object without alternatives", async (_, client) => {
  const { tools } = await notingList(schemas);
  for (const { name, parameters } of client.see(tools)) {
    expect(parameters.type, name).toBe("object");
    for (const keyword of ["anyOf", "oneOf", "allOf", "enum", "not", "$ref"])
      expect(parameters, name).not.toHaveProperty(keyword);
  }
});

const nested = (wrap: (schema: JsonSchema) => JsonSchema): JsonSchema =>
  Array.from({ length: 5000 }).reduce<JsonSchema>(wrap, { type: "string" });

test.each<[string, JsonSchema]>([
  ["a root that is a reference to itself", { $ref: "#" }],
  [
    "references in a circle",
    { $ref: "#/$defs/A", $defs: { A: { $ref: "#/$defs/B" }, B: { $ref: "#/$defs/A" } } },
  ],
  ["an alternative that is the root", { anyOf: [{ $ref: "#" }, { properties: { a: { type: "string" } } }] }],
  ["a part that is the root", { allOf: [{ $ref: "#" }] }],
  ["members without end", nested((a) => ({ type: "object", properties: { a } }))],
  ["alternatives without end", nested((one) => ({ anyOf: [one] }))],
])("a tool with such a schema is called like any other: %s", async (_, schema) => {
  const { tools, ran } = await notingList({
    ACME_ODD: schema,
    ACME_PING: { type: "object", properties: {} },
  });
  for (const client of Object.values(testClients)) expect(client.see(tools)).toHaveLength(2);
  await tools.handleToolCalls({
    content: [{ type: "tool_use", id: "a", name: "ACME_ODD", input: { a: "x" } }],
  });
  expect(ran).toEqual([{ name: "ACME_ODD", args: { a: "x" } }]);
});
