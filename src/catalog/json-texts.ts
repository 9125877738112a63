/**
 * Splits JSON texts that stand one after the other, as `cat page-1.json page-2.json` writes them. Takes time in
 * proportion to the length.
 *
 * @returns a part for each object or array at the top; what is between them stays with the next part
 */
export function jsonTexts(content: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  let inText = false;
  for (let at = 0; at < content.length; at += 1) {
    const char = content[at];
    if (inText) {
      if (char === "\\") at += 1;
      else if (char === '"') inText = false;
    } else if (char === '"') inText = true;
    else if (char === "{" || char === "[") depth += 1;
    else if (char === "}" || char === "]") {
      depth -= 1;
      if (depth !== 0) continue;
      parts.push(content.slice(start, at + 1));
      start = at + 1;
    }
  }
  const rest = content.slice(start);
  return rest.trim() === "" ? parts : [...parts, rest];
}
