import { isJsonObject, type JsonObject } from "../../model/json.js";

/** What the envelopes of all elements of one list may have together, in characters: nothing grows with its square. */
const MOST_ENVELOPE_CHARACTERS = 16 * 1024 * 1024;

/**
 * The events that a delivery lists, each as a body of its own. A list without an object in it is one event.
 *
 * @returns `undefined` where the body is one event
 */
export function partsOf(provider: string, body: unknown): readonly unknown[] | undefined {
  if (Array.isArray(body)) return listOf(body);
  if (!isJsonObject(body)) return undefined;
  const parts = lists.get(provider)?.(body);
  return parts === undefined || parts.length === 0 ? undefined : parts;
}

const lists: ReadonlyMap<string, (body: JsonObject) => readonly unknown[] | undefined> = new Map([
  ["asana", ({ events }: JsonObject) => listOf(events)],
  ["microsoft-graph", graphParts],
  ["meta", metaParts],
]);

/** Each notification, with what stands beside the list (`validationTokens`). */
function graphParts({ value, ...beside }: JsonObject): readonly unknown[] | undefined {
  const elements = listOf(value);
  if (elements === undefined || Object.keys(beside).length === 0) return elements;
  if (isTooMuch(beside, elements.length)) return undefined;
  return elements.map((element) => (isJsonObject(element) ? { ...beside, ...element } : element));
}

const metaLists = ["changes", "messaging", "standby"];

/** One for each change or message, in the envelope that says which object and account it belongs to. */
function metaParts({ entry: entries, ...beside }: JsonObject): readonly unknown[] | undefined {
  const all = listOf(entries);
  if (all === undefined) return undefined;
  const parts: unknown[] = [];
  let characters = sizeOf(beside) * all.length;
  for (const entry of all) {
    const split = isJsonObject(entry) ? entryParts(entry) : undefined;
    if (split === undefined) {
      parts.push({ ...beside, entry: [entry] });
      continue;
    }
    const { rest, elements } = split;
    characters += (sizeOf(rest) + sizeOf(beside)) * elements.length;
    if (characters > MOST_ENVELOPE_CHARACTERS) return undefined;
    for (const [list, element] of elements)
      parts.push({ ...beside, entry: [{ ...rest, [list]: [element] }] });
  }
  return characters > MOST_ENVELOPE_CHARACTERS ? undefined : parts;
}

/** @returns `undefined` where the entry lists nothing: it is then an event itself */
function entryParts(entry: JsonObject) {
  const rest = { ...entry };
  const elements: (readonly [list: string, element: unknown])[] = [];
  for (const list of metaLists) {
    const listed = listOf(entry[list]);
    if (listed === undefined) continue;
    delete rest[list];
    for (const element of listed) elements.push([list, element]);
  }
  return elements.length === 0 ? undefined : { rest, elements };
}

function isTooMuch(beside: JsonObject, count: number): boolean {
  return sizeOf(beside) * count > MOST_ENVELOPE_CHARACTERS;
}

function sizeOf(value: JsonObject): number {
  return JSON.stringify(value).length;
}

/** The list, where there is an object in it. */
function listOf(list: unknown): readonly unknown[] | undefined {
  return Array.isArray(list) && list.some(isJsonObject) ? list : undefined;
}
