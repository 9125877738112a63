import type { Json, JsonObject, JsonSchema } from "../model/json.js";
import type { CatalogTool, CatalogTrigger } from "./types.js";

/** A member of an object schema in the making, and whether it has to be there. */
export interface Field {
  readonly schema: JsonSchema;
  readonly required: boolean;
}

type Fields = Readonly<Record<string, Field>>;

const field = (schema: JsonSchema): Field => ({ schema, required: true });

/** A text. The examples are what a sample of it is drawn from. */
export const text = (description: string, ...examples: readonly string[]): Field =>
  field({ type: "string", description, ...(examples.length > 0 && { examples }) });

/** A text in one of JSON Schema's formats: `date-time`, `uri`, `email`, `date`. */
export const formatted = (format: string, description: string, ...examples: readonly string[]): Field =>
  field({ type: "string", format, description, ...(examples.length > 0 && { examples }) });

/** A point in time as RFC 3339 writes it. */
export const when = (description: string, example = "2025-03-11T14:05:09Z"): Field =>
  formatted("date-time", description, example);

export const link = (description: string, example: string): Field => formatted("uri", description, example);

/** A text that is one of a few. */
export const choice = (
  description: string,
  values: readonly string[],
  ...examples: readonly string[]
): Field => field({ type: "string", enum: values, description, ...(examples.length > 0 && { examples }) });

/** A whole number. */
export const whole = (description: string, ...examples: readonly number[]): Field =>
  field({ type: "integer", description, ...(examples.length > 0 && { examples }) });

/** A whole number with a default, within bounds. */
export const wholeFrom = (description: string, minimum: number, byDefault: number): Field =>
  field({ type: "integer", description, minimum, default: byDefault });

/** How often the platform asks the app, for a trigger of type `poll`: the config of each takes it. */
export const interval: Field = {
  schema: { type: "integer", description: "Minutes between two looks.", minimum: 1, default: 15 },
  required: false,
};

export const flag = (description: string, ...examples: readonly boolean[]): Field =>
  field({ type: "boolean", description, ...(examples.length > 0 && { examples }) });

/** A whole number within bounds, with a default. */
export const upTo = (description: string, maximum: number, byDefault: number): Field => ({
  schema: { type: "integer", description, minimum: 1, maximum, default: byDefault },
  required: false,
});

/** An array of what `item` describes. */
export const list = (description: string, item: Field): Field =>
  field({ type: "array", description, items: item.schema });

/** An object with its own members. */
export const record = (description: string, fields: Fields): Field =>
  field({ ...objectOf(fields), description });

/** An object that the app passes on as it is, whose members depend on the account. */
export const anything = (description: string, example: JsonObject): Field =>
  field({ type: "object", description, additionalProperties: true, examples: [example] });

/** The same, or null. */
export const nullable = ({ schema: { description, ...schema }, required }: Field): Field => ({
  schema: { description, anyOf: [schema, { type: "null" }] },
  required,
});

/** The same, but it may be missing; with a default, that is what a missing one means. */
export const optional = ({ schema }: Field, byDefault?: Json): Field => ({
  schema: byDefault === undefined ? schema : { ...schema, default: byDefault },
  required: false,
});

/** `repository_id` → `Repository Id` */
const titleOf = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .split(/[_\s]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(" ");

function objectOf(fields: Fields): JsonSchema {
  const entries = Object.entries(fields);
  const required = entries.filter(([, { required }]) => required).map(([name]) => name);
  return {
    type: "object",
    properties: Object.fromEntries(
      entries.map(([name, { schema }]) => [name, { title: titleOf(name), ...schema }]),
    ),
    ...(required.length > 0 && { required }),
  };
}

/** A draft 7 schema of an object, with a title. */
export const schemaOf = (title: string, fields: Fields): JsonSchema => ({
  $schema: "http://json-schema.org/draft-07/schema#",
  title,
  ...objectOf(fields),
});

/** What an app's file says of one trigger; the rest is the same for all triggers of the app. */
export interface TriggerFacts {
  readonly displayName: string;
  readonly description: string;
  readonly instructions?: string;
  readonly type?: "webhook" | "poll";
  readonly requiresWebhookEndpoint?: boolean;
  readonly config: Fields;
  readonly payload: Fields;
}

/** What an app's file says of the app. */
export interface AppFacts {
  readonly name: string;
  readonly displayName: string;
  readonly version: string;
}

/** The catalog entries of one app, from what its file says: trigger name → facts. */
export function triggersOf(
  app: AppFacts,
  triggers: Readonly<Record<string, TriggerFacts>>,
): readonly CatalogTrigger[] {
  return frozen(
    Object.entries(triggers).map(
      ([name, facts]): CatalogTrigger => ({
        name,
        displayName: facts.displayName,
        description: facts.description,
        instructions: facts.instructions ?? "",
        appName: app.name,
        appDisplayName: app.displayName,
        type: facts.type ?? "webhook",
        config: schemaOf(`${facts.displayName} config`, facts.config),
        payload: schemaOf(`${facts.displayName} payload`, facts.payload),
        version: app.version,
        requiresWebhookEndpoint: facts.requiresWebhookEndpoint ?? false,
      }),
    ),
  );
}

/** What a tool does to its app; its tags say it to clients. */
const hints = {
  read: ["readOnlyHint", "idempotentHint", "openWorldHint"],
  create: ["createHint", "openWorldHint"],
  update: ["updateHint", "openWorldHint"],
  delete: ["destructiveHint", "openWorldHint"],
} as const;

/** What an app's file says of one tool. */
export interface ToolFacts {
  readonly displayName: string;
  readonly description: string;
  readonly does: keyof typeof hints;
  /** Whether clients list it first. Default false. */
  readonly important?: boolean;
  readonly input: Fields;
  /** The members of its result's `data`. */
  readonly output: Fields;
}

/** The tools of one app, from what its file says: tool name → facts. */
export function toolsOf(app: AppFacts, tools: Readonly<Record<string, ToolFacts>>): readonly CatalogTool[] {
  return frozen(
    Object.entries(tools).map(
      ([name, { displayName, description, does, important, input, output }]): CatalogTool => {
        const title = titleOf(name.toLowerCase()).replace(/ /g, "");
        return {
          name,
          displayName,
          description,
          appName: app.name,
          appDisplayName: app.displayName,
          tags: [...(important === true ? ["important"] : []), ...hints[does]],
          input: { title: `${title}Request`, ...objectOf(input) },
          output: { title: `${title}Response`, ...objectOf(output) },
          version: app.version,
        };
      },
    ),
  );
}

/** Platforms and their callers share a catalog, so it is frozen at every depth. */
function frozen<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
}
