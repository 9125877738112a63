import { EarshotError } from "../../base/errors.js";
import { handle, isThenable, rejectPromises } from "../../base/foreign-promise.js";
import { messageOf } from "../../base/message-of.js";
import { functionOption, hasMembers, knownOptions, textOption } from "../../base/options.js";
import { shownValue } from "../../base/warning.js";
import type { FilterInput } from "../../callbacks/filter.js";
import { parseFilter } from "../../callbacks/parse-filter.js";
import { compilePredicate, type Predicate } from "../../callbacks/predicate.js";
import { mismatchProblems } from "../../json-schema/mismatch-text.js";
import { findMismatches } from "../../json-schema/validate.js";
import type { TriggerEvent } from "../../model/event.js";
import { isJsonObject, type JsonObject, type JsonSchema } from "../../model/json.js";
import type { McpDeliveryMode } from "../../protocol/mcp-events.js";
import type { McpPrincipal } from "../principal.js";
import { McpRequestError } from "./errors.js";

/** The ways in which hosts receive events. */
const deliveryModes: readonly McpDeliveryMode[] = ["webhook", "push", "poll"];

/** A type of events that hosts can subscribe to. */
export interface McpEventOptions {
  /** What hosts subscribe to: any string, such as `github.star_added`. Default: the name of the filter's only trigger. */
  readonly name?: string | undefined;
  /** Which events of the inbox it has: a trigger name or a filter, as `listener.callback` takes it. */
  readonly filter: FilterInput;
  /** For people and models. Default: the trigger's, with a toolset. */
  readonly description?: string | undefined;
  /**
   * Arguments that narrow a subscription: argument name → where its value is in the event's data, with dots:
   * `{ repo: "repository.name" }`. Default: none.
   */
  readonly arguments?: Readonly<Record<string, string>> | undefined;
  /** JSON Schema of a subscription's arguments. Default: made of `arguments`. */
  readonly inputSchema?: JsonSchema | undefined;
  /** JSON Schema of `data`. Default: the trigger's payload with a toolset, else any object. */
  readonly payloadSchema?: JsonSchema | undefined;
  /** Any further condition. If it throws, the event is left out, with a warning. Default: none. */
  readonly matches?:
    | ((event: TriggerEvent, args: JsonObject, principal: McpPrincipal | undefined) => boolean)
    | undefined;
  /** What hosts get of an event: an object that JSON can hold. Default: its payload. */
  readonly data?: ((event: TriggerEvent) => JsonObject) | undefined;
  /** Default: all three. */
  readonly delivery?: readonly McpDeliveryMode[] | undefined;
}

/** How `events/list` describes a type. */
export interface EventDescriptor {
  readonly name: string;
  readonly description?: string;
  readonly delivery: readonly McpDeliveryMode[];
  readonly inputSchema: JsonSchema;
  readonly payloadSchema: JsonSchema;
}

/** An event type after its checks. */
export interface EventType {
  readonly descriptor: EventDescriptor;
  readonly filter: FilterInput;
  /** The filter's only trigger name: its trigger type describes the event. */
  readonly triggerName: string | undefined;
  /** @throws whatever the user's functions throw */
  readonly select: (event: TriggerEvent, args: JsonObject, principal: McpPrincipal | undefined) => boolean;
  /** @throws whatever the user's function throws */
  readonly dataOf: (event: TriggerEvent) => JsonObject;
}

const optionNames = new Set([
  "name",
  "filter",
  "description",
  "arguments",
  "inputSchema",
  "payloadSchema",
  "matches",
  "data",
  "delivery",
]);

/** @throws EarshotError ERR_OPTION, ERR_FILTER */
export function eventType(given: string | McpEventOptions): EventType {
  const options: McpEventOptions = typeof given === "string" ? { filter: given as FilterInput } : given;
  knownOptions("An MCP event", options, optionNames);
  const filter = parseFilter(options.filter);
  const { where } = filter;
  const triggers = filter.fields.get("triggerName") ?? [];
  const triggerName = triggers.length === 1 ? triggers[0] : undefined;
  const { name = triggerName } = options;
  if (typeof name !== "string" || name.trim() === "") {
    throw new EarshotError("ERR_OPTION", "An MCP event has no `name`, and its filter is not one trigger.");
  }
  const { delivery = deliveryModes } = options;
  if (
    !Array.isArray(delivery) ||
    delivery.length === 0 ||
    !delivery.every((mode) => deliveryModes.includes(mode))
  ) {
    const modes = deliveryModes.join(", ");
    throw new EarshotError("ERR_OPTION", `\`delivery\` of the MCP event ${name} lists some of ${modes}.`);
  }
  const isSelected: Predicate = compilePredicate(filter, undefined, true) ?? (() => true);
  const { matches, data, description } = checkedMembers(name, options);
  const paths = pathsOf(options.arguments ?? {}, name);
  const dataOf = (event: TriggerEvent) => dataObject(data === undefined ? event.payload : plain(data(event)));
  return {
    triggerName,
    filter: options.filter,
    descriptor: {
      name,
      ...(description === undefined ? {} : { description }),
      delivery,
      inputSchema: options.inputSchema ?? inputSchemaOf([...paths.keys()]),
      payloadSchema: options.payloadSchema ?? { type: "object" },
    },
    dataOf,
    select(event, args, principal) {
      if (principal?.entityId !== undefined && principal.entityId !== event.entityId) return false;
      if (!isSelected(event) || (where !== undefined && !isTrue("where", where(event)))) return false;
      if (matches !== undefined && !isTrue("matches", matches(event, args, principal))) return false;
      return hasArguments(paths, args, paths.size === 0 ? {} : dataOf(event));
    },
  };
}

/** What an event has besides its filter. A wrong one would leave out each event, or fail at a host's request. */
function checkedMembers(name: string, options: McpEventOptions): McpEventOptions {
  const of = (member: string) => `${member} of the MCP event ${name}`;
  for (const member of ["arguments", "inputSchema", "payloadSchema"] as const) {
    if (options[member] === undefined || hasMembers(options[member])) continue;
    throw new EarshotError(
      "ERR_OPTION",
      `\`${of(member)}\` is an object, not ${shownValue(options[member])}.`,
    );
  }
  const call = functionOption<unknown>("of an event");
  call.read(of("matches"), options.matches);
  call.read(of("data"), options.data);
  if (options.description !== undefined) textOption(of("description"), options.description);
  return options;
}

/** The arguments of a request, checked against the type's schema. @throws McpRequestError InvalidParams */
export function eventArguments({ descriptor }: EventType, given: unknown): JsonObject {
  const args = given ?? {};
  if (!isJsonObject(args)) throw new McpRequestError("InvalidParams", "`arguments` is an object.");
  let problems: ReturnType<typeof mismatchProblems>;
  try {
    problems = mismatchProblems(findMismatches(args, descriptor.inputSchema));
  } catch (error) {
    // The schema is the user's: what it says cannot be checked.
    throw new McpRequestError("InvalidParams", `\`arguments\` cannot be checked: ${messageOf(error)}`);
  }
  if (problems.length === 0) return args;
  const list = problems.map(({ path, message }) => `${path} ${message}`.trim()).join("; ");
  throw new McpRequestError("InvalidParams", `\`arguments\` of ${descriptor.name}: ${list}.`);
}

function isTrue(name: "matches" | "where", result: unknown): boolean {
  // A promise would count as true, and let every event through.
  if (isThenable(result)) throw returnedPromise(name, "true or false", result);
  return Boolean(result);
}

/** What the user's `data` returned, as JSON. Hosts would get `{}` of a promise. */
function plain(returned: unknown): unknown {
  if (isThenable(returned)) throw returnedPromise("data", "an object", returned);
  if (returned instanceof Uint8Array) return returned;
  const text = JSON.stringify(returned, rejectPromises);
  return text === undefined ? undefined : JSON.parse(text);
}

function returnedPromise(name: string, wanted: string, returned: unknown): TypeError {
  handle(returned);
  return new TypeError(`\`${name}\` returned a promise; it returns ${wanted}.`);
}

function pathsOf(
  paths: Readonly<Record<string, string>>,
  name: string,
): ReadonlyMap<string, readonly string[]> {
  const entries = Object.entries(paths).map(([argument, path]) => {
    if (typeof path !== "string" || path === "" || path.split(".").includes("")) {
      const wanted = 'the place of a value in the data: "repository.name"';
      throw new EarshotError(
        "ERR_OPTION",
        `\`arguments.${argument}\` of the MCP event ${name} is ${wanted}.`,
      );
    }
    return [argument, path.split(".")] as const;
  });
  return new Map(entries);
}

function inputSchemaOf(names: readonly string[]): JsonSchema {
  const properties = Object.fromEntries(
    names.map((name) => [name, { type: ["string", "number", "boolean"] }]),
  );
  return { type: "object", properties, additionalProperties: false };
}

function hasArguments(
  paths: ReadonlyMap<string, readonly string[]>,
  args: JsonObject,
  data: JsonObject,
): boolean {
  for (const [name, path] of paths) {
    const wanted = Object.hasOwn(args, name) ? args[name] : undefined;
    const value = valueAt(data, path);
    if (wanted !== undefined && (value === undefined || String(value) !== String(wanted))) return false;
  }
  return true;
}

function valueAt(data: JsonObject, path: readonly string[]): unknown {
  let value: unknown = data;
  for (const key of path) {
    if (!isJsonObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return typeof value === "object" ? undefined : value;
}

/** A payload that is text, bytes or a list goes under one name: `data` is an object. */
function dataObject(value: unknown): JsonObject {
  if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString("base64") };
  return isJsonObject(value) ? value : { value };
}
