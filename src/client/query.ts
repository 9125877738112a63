/** Parameters of a query string. A missing value or an empty list is left out. */
export type QueryValues = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** A query string of generation 1: lists joined with commas. */
export function commaQuery(query: QueryValues): string {
  return encode(query, (list) => [list.join(",")]);
}

/** A query string of generation 3: the name repeated for every member of a list. */
export function repeatQuery(query: QueryValues): string {
  return encode(query, (list) => list);
}

function encode(query: QueryValues, spread: (list: readonly string[]) => readonly string[]): string {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    if (typeof value !== "object") pairs.append(name, String(value));
    else if (value.length > 0) for (const text of spread(value)) pairs.append(name, text);
  }
  const text = pairs.toString();
  return text === "" ? "" : `?${text}`;
}
