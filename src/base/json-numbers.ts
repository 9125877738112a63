const quoteOrNumber = /"|-?\d[\d.eE+-]*/g;

/**
 * The numbers of a JSON text, as they are written there, without those within strings.
 *
 * @param json valid JSON
 */
export function* numbersIn(json: string): Generator<string> {
  const next = new RegExp(quoteOrNumber);
  for (let found = next.exec(json); found !== null; found = next.exec(json)) {
    const [token] = found;
    // A pattern for whole strings would overflow the stack at some megabytes.
    if (token === '"') next.lastIndex = endOfString(json, next.lastIndex);
    else yield token;
  }
}

/** @returns the place after the string's closing quote */
function endOfString(json: string, from: number): number {
  for (let at = json.indexOf('"', from); at !== -1; at = json.indexOf('"', at + 1)) {
    let escapes = 0;
    while (at - escapes > from && json[at - escapes - 1] === "\\") escapes += 1;
    if (escapes % 2 === 0) return at + 1;
  }
  return json.length;
}
