/** What may stand in a query. A missing value or an empty list is left out. */
export type QueryParams = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** A query in generation 1's way: lists joined with commas. */
export function commaQuery(query: QueryParams): string {
  return encode(query, (list) => [list.join(",")]);
}

/** A query in generation 3's way: the name repeated for every member of a list. */
export function repeatQuery(query: QueryParams): string {
  return encode(query, (list) => list);
}

function encode(query: QueryParams, spread: (list: readonly string[]) => readonly string[]): string {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    if (typeof value !== "object") pairs.append(name, String(value));
    else if (value.length > 0) for (const text of spread(value)) pairs.append(name, text);
  }
  const text = pairs.toString();
  return text === "" ? "" : `?${text}`;
}
