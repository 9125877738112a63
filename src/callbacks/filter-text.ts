import { EarshotError } from "../base/errors.js";
import { nearest } from "../base/suggest.js";
import { isJsonObject, type JsonObject } from "../model/json.js";
import { compilePattern } from "./pattern.js";
import type { PayloadFilter } from "./payload-filter.js";

/** Each operator of the text form that takes a value, and the key that it stands for; "" is equality. */
export const valueOperators: Readonly<Record<string, string>> = {
  "=": "",
  "!=": "$not",
  ">": "$gt",
  ">=": "$gte",
  "<": "$lt",
  "<=": "$lte",
  in: "$in",
  "not in": "$nin",
  contains: "$contains",
  startsWith: "$startsWith",
  matches: "$regex",
};

/** A member of one of these names is written in brackets and quotes. */
export const reservedWords = new Set(
  "and or not in has exists contains startsWith matches true false null".split(" "),
);

const MAX_LENGTH = 10_000;
const MAX_LEVELS = 100;

/**
 * The payload's part of a filter, from its text form: `issue.state = "open" and labels[].name in ["bug", "crash"]`.
 * `filterToText` is the way back.
 *
 * @throws EarshotError ERR_FILTER with the character where it is wrong
 */
export function filterFromText(text: string): PayloadFilter {
  if (typeof text !== "string" || text.trim() === "" || text.length > MAX_LENGTH) {
    throw new EarshotError("ERR_FILTER", `An expression is a string of 1 to ${MAX_LENGTH} characters.`);
  }
  const pattern = new Parser(text).parse();
  const filter = isJsonObject(pattern) ? pattern : { $and: [pattern] };
  compilePattern(filter, "payload");
  return filter;
}

/** A condition, and whether it stood in parentheses: those are never joined with their neighbors. */
interface Operand {
  readonly pattern: unknown;
  readonly isGroup: boolean;
}

class Parser {
  readonly #text: string;
  #at = 0;
  #levels = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): unknown {
    const pattern = this.#either();
    if (this.#at < this.#text.length) throw this.#expected("`and`, `or` or the end");
    return pattern;
  }

  #either(): unknown {
    this.#levels += 1;
    if (this.#levels > MAX_LEVELS) throw this.#expected(`at most ${MAX_LEVELS} levels`);
    const patterns = [this.#all()];
    while (this.#word("or")) patterns.push(this.#all());
    this.#levels -= 1;
    return patterns.length === 1 ? patterns[0] : { $or: patterns };
  }

  #all(): unknown {
    const operands = [this.#operand()];
    while (this.#word("and")) operands.push(this.#operand());
    return operands.length === 1 ? operands[0]?.pattern : joined(operands);
  }

  #operand(): Operand {
    if (this.#word("not")) {
      this.#levels += 1;
      if (this.#levels > MAX_LEVELS) throw this.#expected(`at most ${MAX_LEVELS} levels`);
      const { pattern } = this.#operand();
      this.#levels -= 1;
      return { pattern: { $not: pattern }, isGroup: false };
    }
    if (!this.#sign("(")) return { pattern: this.#clause(), isGroup: false };
    return { pattern: this.#group(), isGroup: true };
  }

  /** What follows `(`. */
  #group(): unknown {
    const pattern = this.#either();
    if (!this.#sign(")")) throw this.#expected("`and`, `or` or `)`");
    return pattern;
  }

  #clause(): unknown {
    const keys = this.#path();
    return keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), this.#condition());
  }

  #condition(): unknown {
    if (this.#word("exists")) return { $exists: true };
    if (this.#word("has")) {
      if (!this.#sign("(")) throw this.#expected("`(` after `has`");
      return this.#group();
    }
    const isNot = this.#word("not");
    if (isNot && this.#word("exists")) return { $exists: false };
    const found = this.#read(
      isNot ? /in(?![\w$])/y : /!=|[<>]=?|==?|(?:in|contains|startsWith|matches)(?![\w$])/y,
    );
    if (found === undefined) {
      const word = /^\w+/.exec(this.#text.slice(this.#at, this.#at + 20))?.[0];
      const near = word === undefined ? undefined : nearest(word, reservedWords);
      const hint = near === undefined ? "" : `; did you mean \`${near}\``;
      throw this.#expected(
        isNot
          ? "`in` or `exists` after `not`"
          : `an operator (${Object.keys(valueOperators).join(", ")}, exists, has)${hint}`,
      );
    }
    const name = valueOperators[isNot ? "not in" : found.replace("==", "=")] as string;
    const value = this.#value();
    if (name === "") return escaped(value);
    return { [name]: name === "$not" ? escaped(value) : value };
  }

  /** The keys of a path, those of operators included. */
  #path(): string[] {
    const keys: string[] = [];
    const first = this.#read(/[\p{L}_$][\p{L}\p{N}_$-]*/uy);
    if (first !== undefined) {
      if (reservedWords.has(first))
        throw this.#expected(`a property: one named \`${first}\` is ["${first}"]`);
      keys.push(memberKey(first));
    } else if (this.#sign(".")) return keys;
    else if (!/^[["]/.test(this.#text.slice(this.#at))) throw this.#expected("a property of the payload");
    for (;;) {
      const name = this.#read(/\.[\p{L}_$][\p{L}\p{N}_$-]*/uy, false)?.slice(1);
      const index = name ?? this.#read(/\[\d{1,10}\]/y, false)?.slice(1, -1);
      if (index !== undefined) keys.push(memberKey(index));
      else if (this.#read(/\[\]/y, false) !== undefined) keys.push("$contains");
      else if (this.#read(/\[(?=["'])/y, false) !== undefined) {
        keys.push(memberKey(this.#string()));
        if (!this.#sign("]")) throw this.#expected("`]`");
      } else if (keys.length === 0) throw this.#expected("a property of the payload");
      else return keys;
    }
  }

  #value(): unknown {
    this.#blank();
    const char = this.#text[this.#at];
    if (char === '"' || char === "'") return this.#string();
    if (this.#sign("[")) return this.#list("]", () => this.#value());
    if (this.#sign("{")) {
      const members = this.#list("}", () => {
        const name = this.#string();
        if (!this.#sign(":")) throw this.#expected("`:`");
        return [name, this.#value()] as const;
      });
      return Object.fromEntries(members);
    }
    const literal = this.#read(/-?\d[\d.eE+-]*|(?:true|false|null)(?![\w$])/y);
    try {
      return JSON.parse(literal ?? "");
    } catch {
      throw this.#expected("a value: a string in quotes, a number, true, false, null or a list");
    }
  }

  #list<Item>(end: string, item: () => Item): Item[] {
    this.#levels += 1;
    if (this.#levels > MAX_LEVELS) throw this.#expected(`at most ${MAX_LEVELS} levels`);
    const items: Item[] = [];
    if (!this.#sign(end)) {
      do items.push(item());
      while (this.#sign(","));
      if (!this.#sign(end)) throw this.#expected(`\`,\` or \`${end}\``);
    }
    this.#levels -= 1;
    return items;
  }

  /** In double quotes as in JSON; in single quotes the same. */
  #string(): string {
    const quoted = this.#read(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/sy);
    if (quoted === undefined) throw this.#expected("a string in quotes");
    const inner = quoted.slice(1, -1);
    const isSingle = quoted.startsWith("'");
    const json = isSingle ? inner.replace(/\\'|"/g, (found) => (found === '"' ? '\\"' : "'")) : inner;
    try {
      return JSON.parse(`"${json}"`);
    } catch {
      throw this.#expected("a string with the escapes of JSON: a backslash is \\\\");
    }
  }

  #word(word: string): boolean {
    return this.#read(new RegExp(`${word}(?![\\w$])`, "y")) !== undefined;
  }

  #sign(sign: string): boolean {
    this.#blank();
    if (this.#text[this.#at] !== sign) return false;
    this.#at += 1;
    this.#blank();
    return true;
  }

  #blank(): void {
    while (/\s/.test(this.#text.charAt(this.#at))) this.#at += 1;
  }

  #read(pattern: RegExp, skipsBlank = true): string | undefined {
    if (skipsBlank) this.#blank();
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #expected(what: string): EarshotError {
    const here = this.#text.slice(this.#at, this.#at + 20);
    const place = here === "" ? "at its end" : `at character ${this.#at + 1}, before \`${here}\``;
    return new EarshotError("ERR_FILTER", `The expression is wrong ${place}: expected ${what}.`);
  }
}

/** A member's key in a pattern: `$` at the start is doubled. */
export function memberKey(name: string): string {
  return name.startsWith("$") ? `$${name}` : name;
}

/** A value as a pattern: the names in it are members, never operators. Lists are compared as they are. */
function escaped(value: unknown): unknown {
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [memberKey(name), escaped(member)]),
  );
}

/** One object for conditions on different members, and on one value; `$and` for all others. */
function joined(operands: readonly Operand[]): JsonObject {
  const into: Record<string, unknown> = Object.create(null);
  const others: unknown[] = [];
  for (const { pattern, isGroup } of operands) {
    const isEither = isJsonObject(pattern) && Object.keys(pattern).join() === "$or";
    if ((isGroup && !isEither) || !isJsonObject(pattern) || !join(into, pattern)) {
      others.push(pattern);
      into.$and = others;
    }
  }
  return { ...into };
}

/** Adds a pattern with one key to an object, if that does not change what either means. */
function join(into: Record<string, unknown>, pattern: JsonObject): boolean {
  const keys = Object.keys(pattern);
  const [key] = keys;
  if (key === undefined || keys.length > 1 || key === "$and") return false;
  if (!Object.hasOwn(into, key)) {
    into[key] = pattern[key];
    return true;
  }
  const [known, more] = [into[key], pattern[key]];
  if (!isJsonObject(known) || !isJsonObject(more)) return false;
  const isSame = Object.keys(known).join() === Object.keys(more).join();
  if (!isSame && ![known, more].every(hasOnlyConditions)) return false;
  const copy = { ...known };
  if (!join(copy, more)) return false;
  into[key] = copy;
  return true;
}

/** Whether an object has only operators that the text form writes after a path, with a value. */
export function hasOnlyConditions(pattern: JsonObject): boolean {
  return Object.entries(pattern).every(
    ([key, operand]) =>
      key === "$exists" ||
      (key !== "" && Object.values(valueOperators).includes(key) && !isJsonObject(operand)),
  );
}
