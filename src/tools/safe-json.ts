/** How much of a value is shown. */
export interface ShownSize {
  /** Characters of a text. */
  readonly text: number;
  /** Elements of a list, members of an object. */
  readonly items: number;
  readonly levels: number;
}

/** From all of a value to almost nothing of it: the first that fits is used. */
export const sizes: readonly ShownSize[] = [
  { text: Number.POSITIVE_INFINITY, items: Number.POSITIVE_INFINITY, levels: 50 },
  { text: 4000, items: 200, levels: 20 },
  { text: 1000, items: 50, levels: 10 },
  { text: 300, items: 20, levels: 6 },
  { text: 100, items: 10, levels: 4 },
  { text: 30, items: 3, levels: 2 },
  { text: 8, items: 0, levels: 1 },
];

/** Code units that could close a delimiter, control a terminal, or hide text from a person. */
const unsafe = /[<>&`]|\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}|\p{Default_Ignorable_Code_Point}/gu;

/** JSON of any value, with no character that could end what it stands in. Never throws. */
export function safeJson(value: unknown, size: ShownSize, maxCharacters = Number.POSITIVE_INFINITY): string {
  const budget = { left: maxCharacters };
  const json = JSON.stringify(limited(value, size, 0, budget)) ?? "null";
  return json.replaceAll(unsafe, (char) =>
    [...Array(char.length).keys()]
      .map((at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}

/** A copy of a value that is JSON, and within its size. Stops once the budget is spent: then it does not fit anyway. */
function limited(value: unknown, size: ShownSize, level: number, budget: { left: number }): unknown {
  budget.left -= 1;
  switch (typeof value) {
    case "string":
      budget.left -= Math.min(value.length, size.text);
      return cut(value, size.text);
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "boolean":
      return value;
    case "bigint":
      return cut(String(value), size.text);
    case "undefined":
      return undefined;
    case "object":
      if (value === null) return null;
      try {
        return limitedObject(value, size, level, budget);
      } catch {
        return "(unreadable)";
      }
    default:
      return `(a ${typeof value})`;
  }
}

function limitedObject(value: object, size: ShownSize, level: number, budget: { left: number }): unknown {
  if (value instanceof Uint8Array) return `(${value.byteLength} bytes that are not text)`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (level >= size.levels) return Array.isArray(value) ? "(a list)" : "(an object)";
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const item of value.slice(0, size.items)) {
      if (budget.left < 0) break;
      items.push(limited(item, size, level + 1, budget) ?? null);
    }
    const rest = value.length - items.length;
    return rest === 0 ? items : [...items, `(${rest} more)`];
  }
  const names = Object.keys(value);
  const members: [string, unknown][] = [];
  for (const name of names.slice(0, size.items)) {
    if (budget.left < 0) break;
    budget.left -= name.length;
    const member = limited((value as Record<string, unknown>)[name], size, level + 1, budget);
    members.push([cut(name, size.text), member]);
  }
  const rest = names.length - members.length;
  if (rest > 0) members.push(["(left out)", `${rest} more`]);
  return Object.fromEntries(members);
}

function cut(text: string, longest: number): string {
  const rest = text.length - longest;
  return rest <= 0 ? text : `${text.slice(0, longest)}… (${rest} more characters)`;
}

export function byteLength(text: string): number {
  return Buffer.byteLength(text);
}
