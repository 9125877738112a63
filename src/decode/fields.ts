import { isJsonObject, type JsonObject } from "../model/json.js";

/** What a shape says of an event, before it is made one. A shape that does not say something leaves it out. */
export interface Fields {
  /** What all copies have in common. */
  readonly logId?: string | undefined;
  /** The message's own id, where the body has one. */
  readonly messageId?: string | undefined;
  readonly triggerName: string;
  readonly appName?: string | undefined;
  readonly triggerId?: string | undefined;
  /** The trigger instance's other name, where the shape gives both. */
  readonly otherTriggerId?: string | undefined;
  readonly connectionId?: string | undefined;
  readonly integrationId?: string | undefined;
  readonly entityId?: string | undefined;
  readonly payload: JsonObject;
  readonly originalPayload?: JsonObject | undefined;
  readonly metadata: JsonObject;
  readonly timestamp?: Date | undefined;
}

/** A shape's reader: `undefined` means that the body is of another shape. */
export type ShapeReader = (body: JsonObject) => Fields | undefined;

/**
 * A non-empty text, or a number as text (generation 1 has numeric ids); anything else is absent. Beyond 2^53 one
 * number stands for several, so it is no text either.
 */
export function textField(value: unknown): string | undefined {
  if (typeof value === "string") return value === "" ? undefined : value;
  return typeof value === "number" && Math.abs(value) <= Number.MAX_SAFE_INTEGER ? String(value) : undefined;
}

/** An object; anything else is absent. */
export function objectField(value: unknown): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined;
}

/** Below this, a number of a timestamp means seconds: as milliseconds it would lie in 1973 or before. */
const SECONDS_LIMIT = 1e11;

/** A time as ISO 8601 text, as epoch milliseconds or as epoch seconds; anything else is absent. */
export function timeField(value: unknown): Date | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const date = new Date(typeof value === "number" && value < SECONDS_LIMIT ? value * 1000 : value);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
