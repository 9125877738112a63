import type { HeaderReader } from "../../model/delivery.js";

/**
 * Reads headers from the list that a Node server keeps: names and values in turn, as they were sent. Nothing is
 * built for it; most deliveries have three of their headers asked for.
 *
 * @param merged what to read where there is no list: some adapters fill this alone
 */
export function nodeHeaders(
  raw: readonly string[],
  merged: Readonly<Record<string, string | string[] | undefined>>,
): HeaderReader {
  if (raw.length === 0) {
    return (name) => {
      if (Object.hasOwn(merged, name)) return merged[name];
      // A function's event may have the names as the sender wrote them.
      const written = Object.keys(merged).find((key) => key.toLowerCase() === name);
      return written === undefined ? undefined : merged[written];
    };
  }
  return (name) => {
    let found: string | string[] | undefined;
    for (let at = 0; at < raw.length; at += 2) {
      const key = raw[at];
      if (key === undefined || key.length !== name.length) continue;
      if (key !== name && key.toLowerCase() !== name) continue;
      const value = raw[at + 1] ?? "";
      if (found === undefined) found = value;
      else if (typeof found === "string") found = [found, value];
      else found.push(value);
    }
    return found;
  };
}

/** Reads Fetch headers. They hold repeated headers as one, joined by `, `: that is how they show here. */
export function fetchHeaders(headers: Headers): HeaderReader {
  return (name) => headers.get(name) ?? undefined;
}

/**
 * All headers of a Node request, names and values in turn.
 *
 * @param merged what to read where there is no list: some adapters fill this only
 */
export function rawHeaders(
  raw: readonly string[],
  merged: Readonly<Record<string, string | readonly string[] | undefined>>,
): readonly string[] {
  if (raw.length > 0) return raw;
  return Object.entries(merged).flatMap(([name, values]) =>
    [values ?? []].flat().flatMap((value) => [name, String(value)]),
  );
}
