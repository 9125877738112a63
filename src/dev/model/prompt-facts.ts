import { isJsonObject } from "../../model/json.js";

/** Prompts are read so far: what is looked for takes time in proportion to the length. */
const LONGEST_PROMPT = 100_000;
/** So many JSON objects of a prompt are read. */
const MOST_OBJECTS = 20;

/** `thread_ts`, `threadTs` and `Thread TS` → `threadts`. */
export const normalName = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");

/** A text as a regular expression that matches it. */
export const literal = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Pairs such as "and/or", which are no repository. */
const notRepositories = /^(and|or|either|his|her|he|she|n|w|yes|no|on|off|read|input|true|http|https)\//i;

/** What a prompt says: quoted texts, JSON, names with values, numbers, addresses. */
export class PromptFacts {
  readonly text: string;
  readonly quoted: readonly string[];
  /** The members of JSON objects in the prompt, by normal name; outer ones win over inner ones. */
  readonly #members = new Map<string, unknown>();

  constructor(text: string) {
    this.text = text.slice(0, LONGEST_PROMPT);
    const objects = jsonObjectsIn(this.text);
    for (const object of objects) collectMembers(object, this.#members);
    // JSON's own quotes are no quotations.
    const prose = objects.length === 0 ? this.text : this.text.replaceAll(/"[\w$-]+"\s*:/g, "");
    this.quoted =
      objects.length > 0
        ? []
        : [...prose.matchAll(/"([^"\n]{1,2000})"|“([^”\n]{1,2000})”|`([^`\n]{1,2000})`/g)].map(
            ([, a, b, c]) => a ?? b ?? c ?? "",
          );
  }

  /** A member of the prompt's JSON. */
  member(name: string): unknown {
    return this.#members.get(normalName(name));
  }

  /** `channel: C024BE91L`, `channel = "general"`, `channel is general`, `channel #general`, `channel "general"`. */
  named(name: string): string | undefined {
    const words = name
      .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
      .split(/[^A-Za-z0-9]+/)
      .filter((word) => word !== "")
      .map(literal);
    if (words.length === 0) return undefined;
    const value = `"([^"\\n]+)"|“([^”\\n]+)”|\`([^\`\\n]+)\``;
    const found =
      new RegExp(
        `\\b${words.join("[\\s_-]*")}\\b\\s*(?:[:=]|\\bis\\b|\\bto be\\b)\\s*(?:${value}|([^\\s,;]+))`,
        "i",
      ).exec(this.text) ??
      new RegExp(
        `\\b${words.join("[\\s_-]*")}\\s+(?:${value}|([#@][\\w-]+|\\d[\\w.-]*|[A-Z][A-Z0-9]{5,}))`,
        "i",
      ).exec(this.text);
    if (found === null) return undefined;
    const [, ...groups] = found;
    const bare = groups.pop();
    // Tools take a channel's or a user's name without its sign.
    if (bare !== undefined) return bare.replace(/^[#@](?=\w)/, "").replace(/[.!?)\]]+$/, "");
    return groups.find((group) => group !== undefined)?.replace(/^[#@](?=\w)/, "");
  }

  first(pattern: RegExp): string | undefined {
    const found = pattern.exec(this.text);
    return found?.[1] ?? found?.[0];
  }

  /** `owner/repo`, from an address of GitHub or from the text. */
  repository(): readonly [owner: string, repo: string] | undefined {
    const address = /github\.com\/([\w.-]+)\/([\w.-]+?)(?:\.git)?(?=[/?#\s"'`),;]|\.?\s|\.?$)/i.exec(
      this.text,
    );
    if (address !== null) return [address[1] ?? "", address[2] ?? ""];
    for (const [pair] of this.text.matchAll(
      /(?<![\w./:@-])[A-Za-z0-9][\w.-]*\/[\w-]+(?:\.[\w-]+)*(?![\w/])/g,
    )) {
      const [owner = "", repo = ""] = pair.split("/");
      if (!notRepositories.test(pair)) return [owner, repo];
    }
    return undefined;
  }

  /** What the prompt is about: the text after its last colon, or all of it. */
  subject(): string {
    const quoted = this.quoted.at(-1);
    if (quoted !== undefined) return quoted;
    const member = ["text", "message", "body", "title"].map((name) => this.member(name));
    const text = member.find((value): value is string => typeof value === "string" && value !== "");
    return text ?? /:\s+([^\n]+)$/.exec(this.text.trim())?.[1] ?? this.text.trim();
  }
}

/** Objects of JSON anywhere in a text. */
function jsonObjectsIn(text: string): object[] {
  const found: object[] = [];
  let tries = 0;
  for (let at = text.indexOf("{"); at !== -1 && tries < MOST_OBJECTS; at = text.indexOf("{", at)) {
    tries += 1;
    const end = endOfObject(text, at);
    const value = end === -1 ? undefined : parsed(text.slice(at, end));
    if (isJsonObject(value)) found.push(value);
    at = isJsonObject(value) ? end : at + 1;
  }
  return found;
}

/** Behind the brace that closes the one at `from`; -1 where none does. */
function endOfObject(text: string, from: number): number {
  let depth = 0;
  let inText = false;
  for (let at = from; at < text.length; at += 1) {
    const char = text[at];
    if (inText) {
      if (char === "\\") at += 1;
      else if (char === '"') inText = false;
    } else if (char === '"') inText = true;
    else if (char === "{") depth += 1;
    else if (char === "}") {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return -1;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function collectMembers(object: object, members: Map<string, unknown>): void {
  const level: object[] = [object];
  for (const one of level) {
    for (const [name, value] of Object.entries(one)) {
      const normal = normalName(name);
      if (!members.has(normal)) members.set(normal, value);
      // The list grows while it is read: outer members come first.
      if (typeof value === "object" && value !== null && level.length < 1_000) level.push(value);
    }
  }
}
