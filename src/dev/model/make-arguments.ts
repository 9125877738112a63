import { localRef } from "../../json-schema/ref.js";
import { samplePayload } from "../../json-schema/sample.js";
import { findMismatches } from "../../json-schema/validate.js";
import { asText, isJsonObject, type JsonObject, type JsonSchema } from "../../model/json.js";
import { literal, normalName, PromptFacts } from "./prompt-facts.js";

/** Deeper objects are made only of what they require. */
const DEEPEST = 6;
const LONGEST_TEXT = 300;

/** The prompt wants a text about something, rather than a text that it quotes. */
const wantsReply = /\b(repl(?:y|ies)|respon[ds]\w*|answer|react|roast\w*|snark\w*|joke|summar\w*|triage)\b/i;

/** Names of arguments → what of a prompt they are made from. Optional arguments are filled from these too. */
const patterns: readonly (readonly [RegExp, (facts: PromptFacts) => string | undefined])[] = [
  [/^(owner|org|organization|repoowner|repositoryowner)$/, (facts) => facts.repository()?.[0]],
  [/^(repo|repository|reponame|repositoryname)$/, (facts) => facts.repository()?.[1]],
  [
    /^(fullname|repofullname|repositoryfullname|repositoryid|slug)$/,
    (facts) => facts.repository()?.join("/"),
  ],
  [/channel/, (facts) => facts.first(/(?<!\w)#([a-z][\w-]*)|\b[CDG][A-Z0-9]{8,}\b/)],
  [
    /(issue|pull|pr)(number|id|key)?$|^number$/,
    (facts) => facts.first(/#(\d+)\b/) ?? facts.first(/\b[A-Z]{2,}-\d+\b/),
  ],
  [/^(name|emoji|reaction)$/, (facts) => facts.first(/(?<!\w):([a-z][\w+-]{0,49}):/)],
  [/ts$|timestamp/, (facts) => facts.first(/\b\d{10}\.\d{4,6}\b/)],
];
/** The same for required arguments only: one address in a prompt is not that of every argument. */
const weakPatterns: typeof patterns = [
  [/mail|recipient|^(to|from|cc|bcc)$|attendee/, (facts) => facts.first(/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/)],
  [/url|link|website/, (facts) => facts.first(/https?:\/\/[^\s"'<>)]+/)],
  [/user|assignee|member|mention|login/, (facts) => facts.first(/(?<!\w)@([\w-]+)/)],
  [
    /date|time|start|end|due|since|until|at$/,
    (facts) => facts.first(/\b\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})?)?/),
  ],
  [
    /query|search|^q$/,
    (facts) => facts.quoted[0] ?? facts.first(/\b(?:search for|find|look for|look up)\s+([^\n.?!]+)/i),
  ],
];
const textNames = [
  "text",
  "message",
  "body",
  "content",
  "markdowntext",
  "comment",
  "messagetext",
  "messagebody",
];
const isTextName = (name: string) =>
  textNames.includes(name) || /(text|body|message|content|comment|description)$/.test(name);
const isTitleName = (name: string) => /title|subject|headline|summary/.test(name);

/**
 * Arguments of a tool, from what a prompt says: JSON in it, names with values, quoted texts, repositories, channels,
 * numbers, values of enumerations. What is required and not in the prompt is a sample of the schema.
 *
 * @param texts the prompt, and texts with a lower rank, such as that of the system
 * @returns arguments that match the schema, wherever a sample of it does
 */
export function makeArguments(texts: readonly string[], schema: JsonSchema): JsonObject {
  return new ArgumentMaker(texts, schema, true).make();
}

/**
 * Arguments of a tool that a text names, by the same rules, and without any that it does not name.
 *
 * @returns `missing`: required arguments that the text does not name
 */
export function readArguments(
  text: string,
  schema: JsonSchema,
): { readonly arguments: JsonObject; readonly missing: readonly string[] } {
  const read = new ArgumentMaker([text], schema, false).make();
  const required = Array.isArray(schema.required) ? schema.required.map(String) : [];
  return { arguments: read, missing: required.filter((name) => !Object.hasOwn(read, name)) };
}

class ArgumentMaker {
  readonly #facts: readonly PromptFacts[];
  readonly #root: JsonSchema;
  readonly #wantsReply: boolean;
  readonly #fillsIn: boolean;
  /** Texts of arguments so far: a quoted text goes to one of them. */
  readonly #used = new Set<string>();

  /** @param fillsIn whether what the texts do not say is made up */
  constructor(texts: readonly string[], root: JsonSchema, fillsIn: boolean) {
    this.#facts = texts.filter((text) => text !== "").map((text) => new PromptFacts(text));
    this.#root = root;
    this.#wantsReply = fillsIn && texts.some((text) => wantsReply.test(text));
    this.#fillsIn = fillsIn;
  }

  make(): JsonObject {
    const made = this.#object(this.#plain(this.#root).schema, 0);
    return this.#fillsIn ? this.#corrected(made) : made;
  }

  #object(schema: JsonSchema, depth: number): JsonObject {
    const properties = Object.entries(isJsonObject(schema.properties) ? schema.properties : {});
    const required = new Set(Array.isArray(schema.required) ? schema.required : []);
    const isText = ([name, one]: [string, unknown]) =>
      textNames.includes(normalName(name)) && this.#plain(one).type === "string";
    // Of tools that may send several kinds of text, one is sent.
    const hasText = properties.some(
      (each) => isText(each) && required.has(each[0]) && !this.#plain(each[1]).nullable,
    );
    const rank = ([name]: [string, unknown]) => textNames.indexOf(normalName(name));
    const text = hasText ? undefined : properties.filter(isText).sort((a, b) => rank(a) - rank(b))[0]?.[0];
    const made: Record<string, unknown> = {};
    const set = (name: string, value: unknown) => {
      if (value === undefined) return;
      define(made, name, value);
      if (typeof value === "string") this.#used.add(value);
    };
    // Strict schemas require everything, and say with null that it may be missing.
    const needs = (name: string, nullable: boolean) => (required.has(name) && !nullable) || name === text;
    for (const [name, one] of properties) {
      const plain = this.#plain(one);
      set(name, this.#value(name, plain, { isRequired: needs(name, plain.nullable), depth }));
    }
    for (const [name, one] of properties) {
      const { schema, type, nullable } = this.#plain(one);
      if (Object.hasOwn(made, name)) continue;
      if (needs(name, nullable) && type === "string" && schema.enum === undefined)
        set(name, this.#text(normalName(name)));
      if (Object.hasOwn(made, name) || !this.#fillsIn || !required.has(name)) continue;
      set(name, schema.default ?? (nullable ? null : undefined));
    }
    return made;
  }

  /** A schema without references and alternatives: the first one that is not null. */
  #plain(value: unknown, depth = 0): { schema: JsonSchema; type: string | undefined; nullable: boolean } {
    const schema = isJsonObject(value) ? value : {};
    if (depth > DEEPEST) return { schema, type: undefined, nullable: false };
    if (typeof schema.$ref === "string") return this.#plain(localRef(this.#root, schema.$ref), depth + 1);
    const branches = [schema.anyOf, schema.oneOf].find(Array.isArray)?.filter(isJsonObject) ?? [];
    const branch = branches.find(({ type }) => type !== "null");
    if (branch !== undefined) {
      const plain = this.#plain(branch, depth + 1);
      return { ...plain, nullable: plain.nullable || branches.some(({ type }) => type === "null") };
    }
    if (Array.isArray(schema.allOf) && schema.allOf.length === 1)
      return this.#plain(schema.allOf[0], depth + 1);
    const types = [schema.type].flat().filter((type) => typeof type === "string");
    const implied = isJsonObject(schema.properties)
      ? "object"
      : schema.items === undefined
        ? undefined
        : "array";
    return {
      schema,
      type: types.find((type) => type !== "null") ?? implied,
      nullable: types.includes("null") || schema.nullable === true,
    };
  }

  #value(
    name: string,
    { schema, type }: { readonly schema: JsonSchema; readonly type: string | undefined },
    { isRequired, depth }: { readonly isRequired: boolean; readonly depth: number },
  ): unknown {
    if (schema.const !== undefined) return isRequired ? schema.const : undefined;
    if (Array.isArray(schema.enum)) return this.#enumerated(name, schema.enum);
    for (const facts of this.#facts) {
      const value = this.#valueIn(facts, name, type, schema, isRequired);
      if (value !== undefined) return value;
    }
    if (type === "object" && depth < DEEPEST) {
      const made = this.#object(schema, depth + 1);
      return isRequired || Object.keys(made).length > 0 ? made : undefined;
    }
    return undefined;
  }

  #valueIn(
    facts: PromptFacts,
    name: string,
    type: string | undefined,
    schema: JsonSchema,
    isRequired: boolean,
  ): unknown {
    const normal = normalName(name);
    const member = this.#wantsReply && isTextName(normal) ? undefined : facts.member(name);
    if (member !== undefined && fits(member, type)) return member;
    const spaced = name.replaceAll(/([a-z])([A-Z])/g, "$1_$2");
    const last = spaced.split(/[_\s-]+/).at(-1) ?? spaced;
    const named =
      this.#wantsReply && isTextName(normal)
        ? undefined
        : (facts.named(name) ??
          (isRequired && last !== spaced && last.length > 1 ? facts.named(last) : undefined));
    const rows = isRequired ? [...patterns, ...weakPatterns] : patterns;
    const byPattern = () => rows.find(([names]) => names.test(normal))?.[1](facts);
    switch (type) {
      case "string":
        if (member !== undefined && typeof member !== "object") return String(member);
        return named ?? byPattern();
      case "integer":
      case "number": {
        const text =
          named ??
          byPattern() ??
          (isRequired ? facts.first(/(?<![\w.])-?\d+(?:\.\d+)?(?![\w.]*\d)/) : undefined);
        const value = Number(text ?? Number.NaN);
        return Number.isFinite(value) && (type === "number" || Number.isInteger(value)) ? value : undefined;
      }
      case "boolean":
        if (named === "true" || named === "false") return named === "true";
        return flagIn(facts.text, spaced);
      case "array":
        return this.#list(facts, name, schema, isRequired);
      default:
        return undefined;
    }
  }

  #list(facts: PromptFacts, name: string, schema: JsonSchema, isRequired: boolean): unknown[] | undefined {
    const item = this.#plain(schema.items);
    if (Array.isArray(item.schema.enum)) {
      const found = item.schema.enum.filter((value) => hasWord(facts.text, value));
      return found.length > 0 ? found : undefined;
    }
    if (item.type !== "string" && item.type !== undefined) return undefined;
    const words = name.split(/[_-]+/).map(literal).join("[\\s_-]*");
    const list = new RegExp(
      `\\b${words}\\b\\s*(?:[:=]|\\bare\\b|\\bis\\b)?\\s*((?:"[^"\\n]+"|[\\w-]+)(?:\\s*(?:,|\\band\\b)\\s*(?:"[^"\\n]+"|[\\w-]+))*)`,
      "i",
    );
    const hasSign = new RegExp(`\\b${words}\\b\\s*(?:[:=]|\\bare\\b|\\bis\\b|")`, "i").test(facts.text);
    const found = hasSign ? list.exec(facts.text)?.[1] : undefined;
    if (found !== undefined) return found.split(/\s*(?:,|\band\b)\s*/).map((one) => one.replaceAll('"', ""));
    const one = this.#valueIn(facts, name.replace(/s$/, ""), "string", {}, isRequired);
    return one === undefined ? undefined : [one];
  }

  #enumerated(name: string, values: readonly unknown[]): unknown {
    for (const facts of this.#facts) {
      const said = facts.member(name) ?? facts.named(name);
      const exact = values.find((value) => asText(value).toLowerCase() === asText(said).toLowerCase());
      if (said !== undefined && exact !== undefined) return exact;
      const word = values.find((value) => hasWord(facts.text, value));
      if (word !== undefined) return word;
    }
    return undefined;
  }

  /** A text for an argument that needs one. */
  #text(name: string): string | undefined {
    if (!isTextName(name) && !isTitleName(name)) return undefined;
    const [facts] = this.#facts;
    const subject = (facts?.subject() ?? "").slice(0, LONGEST_TEXT);
    if (this.#wantsReply && !isTitleName(name)) return `Scripted model's reply to: ${subject}`;
    const quoted = facts?.quoted.find((one) => !this.#used.has(one));
    if (quoted !== undefined) return quoted;
    const said =
      facts?.first(/\b(?:saying|that says|with the text|which says)\s+([^\n]+)/i) ??
      facts?.first(/\b(?:post|send|say|write)\s+(?!an?\b|the\b|it\b)([^\n]+?)\s+(?:to|in|into|on)\s+[#@\w]/i);
    if (!this.#fillsIn) return said ?? facts?.first(/:\s+([^\n]+)$/);
    if (isTitleName(name)) return (said ?? subject).split(/\s+/).slice(0, 8).join(" ");
    return said ?? subject;
  }

  /** What does not match the schema is replaced by a sample of it, or left out. */
  #corrected(made: JsonObject): JsonObject {
    const sample = this.#sample();
    let corrected = made;
    // A sample may bring a mismatch with it, such as a pattern: a second round leaves it.
    for (let round = 0; round < 2; round += 1) {
      for (const key of this.#mismatched(corrected)) {
        const { [key]: _, ...rest } = corrected;
        const isRequired = Array.isArray(this.#root.required) && this.#root.required.includes(key);
        corrected = isRequired && Object.hasOwn(sample, key) ? { ...rest, [key]: sample[key] } : rest;
      }
    }
    return corrected;
  }

  /** The members that are missing or do not match. */
  #mismatched(value: JsonObject): ReadonlySet<string> {
    try {
      return new Set(
        findMismatches(value, this.#root).flatMap(({ keys: [key] }) =>
          key === undefined ? [] : String(key),
        ),
      );
    } catch {
      return new Set(); // a schema that cannot be read allows everything
    }
  }

  #sample(): JsonObject {
    try {
      return samplePayload(this.#root, () => 0.5);
    } catch {
      return {};
    }
  }
}

function fits(value: unknown, type: string | undefined): boolean {
  if (type === "integer") return Number.isInteger(value);
  if (type === "array") return Array.isArray(value);
  if (type === "object") return isJsonObject(value);
  return type === undefined || typeof value === type;
}

/** `private: true` of "make it private", `false` of "not private"; `undefined` where the prompt says nothing. */
function flagIn(text: string, name: string): boolean | undefined {
  const words = name
    .toLowerCase()
    .replace(/^(?:is|has)_/, "")
    .split("_")
    .map(literal)
    .join("[\\s_-]+");
  const found = new RegExp(`(\\b(?:not|no|without|don't|do not)\\s+(?:\\w+\\s+)?)?\\b${words}\\b`, "i").exec(
    text,
  );
  return found === null ? undefined : found[1] === undefined;
}

/** Whether a text has a value of an enumeration as words. */
function hasWord(text: string, value: unknown): boolean {
  if (typeof value !== "string" || value.length < 2) return false;
  const words = value.split(/[_-]/).map(literal).join("[\\s_-]");
  return new RegExp(`(?<!\\w)${words}(?!\\w)`, "i").test(text);
}

/** Assignment would set the prototype for the name `__proto__`. */
function define(at: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(at, name, { value, enumerable: true, configurable: true, writable: true });
}
