import type { JsonSchema } from "../../src/model/json.js";

/** A schema as some platform has it, arguments that match it, and whether OpenAI's strict mode can express it. */
export interface OddSchema {
  readonly schema: JsonSchema;
  readonly args: Readonly<Record<string, unknown>>;
  readonly isStrict: boolean;
}

const text = { type: "string" };
const person = { type: "object", properties: { name: text, age: { type: "integer" } }, required: ["name"] };

/** What real schemas have, by name. */
export const oddSchemas: Readonly<Record<string, OddSchema>> = {
  "no arguments": { schema: {}, args: {}, isStrict: true },
  "a bare map of properties": {
    schema: { channel: { type: "string", required: true }, limit: { type: "integer", default: 10 } },
    args: { channel: "general" },
    isStrict: true,
  },
  "names that clients reject": {
    schema: {
      type: "object",
      properties: { $filter: text, "user[name]": text, _filter: text, "0": text, ["x".repeat(80)]: text },
      required: ["$filter", "0"],
    },
    args: { $filter: "a", "user[name]": "b", _filter: "c", "0": "d", ["x".repeat(80)]: "e" },
    isStrict: true,
  },
  "such names further in": {
    schema: {
      type: "object",
      properties: { list: { type: "array", items: { type: "object", properties: { "a.b": person } } } },
    },
    args: { list: [{ "a.b": { name: "Ada" } }, {}] },
    isStrict: true,
  },
  "a reference with words beside it": {
    schema: {
      type: "object",
      definitions: { Person: person },
      properties: {
        author: { $ref: "#/definitions/Person", description: "Who wrote it." },
        editor: { allOf: [{ $ref: "#/definitions/Person" }], description: "Who checked it.", nullable: true },
      },
      required: ["author"],
    },
    args: { author: { name: "Ada", age: 36 }, editor: { name: "Bob" } },
    isStrict: true,
  },
  "a schema that contains itself": {
    schema: {
      type: "object",
      $defs: { Node: { type: "object", properties: { value: text, next: { $ref: "#/$defs/Node" } } } },
      properties: { first: { $ref: "#/$defs/Node" } },
    },
    args: { first: { value: "a", next: { value: "b" } } },
    isStrict: true,
  },
  "a root that is a reference": {
    schema: { $ref: "#/definitions/Person", definitions: { Person: person } },
    args: { name: "Ada" },
    isStrict: true,
  },
  "a root of alternatives": {
    schema: {
      oneOf: [
        { type: "object", properties: { id: text, as: { const: "id" } }, required: ["id", "as"] },
        { type: "object", properties: { url: text, as: { const: "url" } }, required: ["url", "as"] },
      ],
    },
    args: { url: "https://example.com", as: "url" },
    isStrict: true,
  },
  "parts that all hold": {
    schema: {
      type: "object",
      properties: {
        who: { allOf: [person, { properties: { mail: text }, required: ["mail"] }] },
      },
    },
    args: { who: { name: "Ada", mail: "ada@example.com" } },
    isStrict: true,
  },
  "null as a value, and null as a default": {
    schema: {
      type: "object",
      properties: {
        assignee: { anyOf: [text, { type: "null" }] },
        limit: { anyOf: [{ type: "integer" }, { type: "null" }], default: 5 },
        state: { type: ["string", "null"], enum: ["open", null] },
      },
    },
    args: { assignee: null, state: null },
    isStrict: true,
  },
  "members of any name": {
    schema: {
      type: "object",
      properties: { fields: { type: "object", additionalProperties: text }, any: {} },
      required: ["fields"],
    },
    args: { fields: { a: "1", "b c": "2" }, any: [1, { x: null }] },
    isStrict: false,
  },
  "types of other languages": {
    schema: {
      type: "object",
      properties: {
        ids: { type: "list", items: { type: "int" } },
        on: { type: "bool" },
        at: { type: "float" },
      },
    },
    args: { ids: [1, 2], on: true, at: 1.5 },
    isStrict: true,
  },
  "a tuple, and bounds of draft 4": {
    schema: {
      type: "object",
      properties: {
        range: { type: "array", items: [{ type: "number" }, { type: "number" }] },
        share: { type: "number", minimum: 0, maximum: 1, exclusiveMaximum: false },
      },
    },
    args: { range: [1, 2], share: 0.5 },
    isStrict: false,
  },
  "values of several kinds": {
    schema: {
      type: "object",
      properties: { size: { enum: ["auto", 1, 2] }, on: { enum: [true, false] }, mode: { const: "fast" } },
    },
    args: { size: 2, on: true, mode: "fast" },
    isStrict: true,
  },
};
