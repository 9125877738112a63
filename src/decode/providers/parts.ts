import { isJsonObject, type JsonObject } from "../../model/json.js";

/**
 * The events that a delivery lists, each as a body of its own.
 *
 * @returns `undefined` where the body is one event
 */
export function partsOf(provider: string, body: unknown): readonly unknown[] | undefined {
  if (Array.isArray(body)) return body.length > 0 && body.every(isJsonObject) ? body : undefined;
  if (!isJsonObject(body)) return undefined;
  const split = lists.get(provider);
  const parts = split?.(body);
  return parts === undefined || parts.length === 0 ? undefined : parts;
}

const lists: ReadonlyMap<string, (body: JsonObject) => readonly unknown[] | undefined> = new Map([
  ["asana", ({ events }: JsonObject) => objectsIn(events)],
  ["microsoft-graph", ({ value }: JsonObject) => objectsIn(value)],
  ["meta", metaParts],
]);

/** One for each change or message, in the envelope that says which object and account it belongs to. */
function metaParts(body: JsonObject): readonly unknown[] | undefined {
  return objectsIn(body.entry)?.flatMap((entry) =>
    ["changes", "messaging", "standby"].flatMap((list) =>
      (objectsIn(entry[list]) ?? []).map((element) => {
        const { changes: _changes, messaging: _messaging, standby: _standby, ...rest } = entry;
        return { ...body, entry: [{ ...rest, [list]: [element] }] };
      }),
    ),
  );
}

/** The list, where all of it are objects; a list of anything else is not split. */
function objectsIn(list: unknown): readonly JsonObject[] | undefined {
  return Array.isArray(list) && list.every(isJsonObject) ? list : undefined;
}
