import { EarshotError } from "../../base/errors.js";

/** Inclusive ranges of UTF-16 code units: sorted, none touches the next. */
export type Ranges = readonly (readonly [first: number, last: number])[];

/** A position that consumes nothing. */
export type Assertion = "start" | "end" | "boundary" | "inside";

/** A pattern as a tree. */
export type RegexNode =
  | { readonly kind: "set"; readonly ranges: Ranges }
  | { readonly kind: "assert"; readonly assertion: Assertion }
  | { readonly kind: "sequence"; readonly nodes: readonly RegexNode[] }
  | { readonly kind: "choice"; readonly nodes: readonly RegexNode[] }
  | { readonly kind: "repeat"; readonly node: RegexNode; readonly min: number; readonly max: number };

/** Characters of a pattern. */
export const MAX_PATTERN = 1000;
/** The number in a repetition. */
const MAX_REPEAT = 1000;
const LAST_UNIT = 0xffff;
/** Up to here letters have two cases that differ by (?i): Latin, Greek, Cyrillic, Armenian. */
const LAST_CASED = 0x587;

/** ASCII letters, digits and `_`. */
export const wordRanges: Ranges = [
  [48, 57],
  [65, 90],
  [95, 95],
  [97, 122],
];
const classes: Readonly<Record<string, Ranges>> = {
  d: [[48, 57]],
  w: wordRanges,
  // As in JavaScript: the white space and the line ends of Unicode.
  s: union([
    [9, 13],
    [32, 32],
    [0xa0, 0xa0],
    [0x1680, 0x1680],
    [0x2000, 0x200a],
    [0x2028, 0x2029],
    [0x202f, 0x202f],
    [0x205f, 0x205f],
    [0x3000, 0x3000],
    [0xfeff, 0xfeff],
  ]),
};
const lineEnds: Ranges = [
  [10, 10],
  [13, 13],
  [0x2028, 0x2029],
];
const controls: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, f: 12, v: 11, 0: 0 };

/**
 * Parses the part of JavaScript's syntax that can be matched in linear time: no backreferences, no lookaround. `(?i)`
 * at the start ignores case.
 *
 * @param where names the pattern in errors
 * @throws EarshotError ERR_FILTER with the position
 */
export function parseRegex(pattern: string, where: string): RegexNode {
  if (pattern.length > MAX_PATTERN) {
    const message = `${where} has ${pattern.length} characters; a pattern has at most ${MAX_PATTERN}.`;
    throw new EarshotError("ERR_FILTER", message);
  }
  return new Parser(pattern, where).parse();
}

class Parser {
  readonly #text: string;
  readonly #where: string;
  readonly #ignoresCase: boolean;
  #at: number;

  constructor(text: string, where: string) {
    this.#text = text;
    this.#where = where;
    this.#ignoresCase = text.startsWith("(?i)");
    this.#at = this.#ignoresCase ? 4 : 0;
  }

  parse(): RegexNode {
    const node = this.#choice();
    if (this.#at < this.#text.length) throw this.#error("there is a ) without its (");
    return node;
  }

  #choice(): RegexNode {
    const nodes = [this.#sequence()];
    while (this.#skip("|")) nodes.push(this.#sequence());
    return nodes.length === 1 ? (nodes[0] as RegexNode) : { kind: "choice", nodes };
  }

  #sequence(): RegexNode {
    const nodes: RegexNode[] = [];
    while (this.#at < this.#text.length && !/[|)]/.test(this.#peek())) nodes.push(this.#repeated());
    return { kind: "sequence", nodes };
  }

  #repeated(): RegexNode {
    const node = this.#atom();
    const count = this.#count();
    if (count === undefined) return node;
    if (node.kind === "assert") throw this.#error("a position cannot be repeated");
    // Lazy or not, the same texts match.
    this.#skip("?");
    if (/[*+?]/.test(this.#peek())) throw this.#error("there is nothing to repeat");
    return { kind: "repeat", node, ...count };
  }

  #count(): { min: number; max: number } | undefined {
    if (this.#skip("*")) return { min: 0, max: Number.POSITIVE_INFINITY };
    if (this.#skip("+")) return { min: 1, max: Number.POSITIVE_INFINITY };
    if (this.#skip("?")) return { min: 0, max: 1 };
    const [all, from, comma, to] = /^\{(\d+)(,(\d*))?\}/.exec(this.#rest(20))?.slice(0, 4) ?? [];
    if (all === undefined) return undefined;
    const min = Number(from);
    const upTo = /^\d+$/.test(to ?? "") ? Number(to) : Number.POSITIVE_INFINITY;
    const max = comma === undefined ? min : upTo;
    if (max < min) throw this.#error("the numbers of a repetition are in the wrong order");
    if (min > MAX_REPEAT || (max > MAX_REPEAT && max !== Number.POSITIVE_INFINITY)) {
      throw this.#error(`a repetition has at most ${MAX_REPEAT}`);
    }
    this.#at += all.length;
    return { min, max };
  }

  #atom(): RegexNode {
    if (this.#skip("(")) return this.#group();
    if (this.#skip("[")) return this.#class();
    if (this.#skip("^")) return { kind: "assert", assertion: "start" };
    if (this.#skip("$")) return { kind: "assert", assertion: "end" };
    if (this.#skip(".")) return { kind: "set", ranges: inverse(lineEnds) };
    if (this.#skip("\\b")) return { kind: "assert", assertion: "boundary" };
    if (this.#skip("\\B")) return { kind: "assert", assertion: "inside" };
    const char = this.#peek();
    if (/[*+?]/.test(char)) throw this.#error("there is nothing to repeat");
    if (/[{}\]]/.test(char)) throw this.#error(`a ${char} as itself is \\${char}`);
    const ranges = this.#skip("\\") ? this.#escape(false) : this.#unit();
    return { kind: "set", ranges: this.#cased(ranges) };
  }

  #group(): RegexNode {
    if (this.#peek() === "?" && !this.#skip("?:")) {
      const isLookaround = /^\?<?[=!]/.test(this.#rest(3));
      const what = isLookaround
        ? "lookaround is not linear"
        : "a group begins with ( or (?:, and (?i) is first";
      throw this.#error(what);
    }
    const node = this.#choice();
    if (!this.#skip(")")) throw this.#error("a ) is missing");
    return node;
  }

  #class(): RegexNode {
    const isInverse = this.#skip("^");
    const ranges: (readonly [number, number])[] = [];
    while (!this.#skip("]")) {
      const first = this.#classMember();
      const isRange = this.#peek() === "-" && this.#text[this.#at + 1] !== "]";
      if (!isRange) {
        ranges.push(...first);
        continue;
      }
      this.#at += 1;
      const last = this.#classMember();
      const [from, to] = [unitOf(first), unitOf(last)];
      if (from === undefined || to === undefined || from > to)
        throw this.#error("a range is in the wrong order");
      ranges.push([from, to]);
    }
    const all = this.#cased(union(ranges));
    return { kind: "set", ranges: isInverse ? inverse(all) : all };
  }

  #classMember(): Ranges {
    if (this.#at >= this.#text.length) throw this.#error("a ] is missing");
    return this.#skip("\\") ? this.#escape(true) : this.#unit();
  }

  /** One code unit as it stands. */
  #unit(): Ranges {
    const unit = this.#text.charCodeAt(this.#at);
    this.#at += 1;
    return [[unit, unit]];
  }

  #escape(isInClass: boolean): Ranges {
    const char = this.#peek();
    const hex = /^(?:u([\da-fA-F]{4})|x([\da-fA-F]{2}))/.exec(this.#rest(5));
    if (hex !== null) {
      this.#at += hex[0].length;
      const unit = Number.parseInt(hex[1] ?? hex[2] ?? "", 16);
      return [[unit, unit]];
    }
    if (/[1-9k]/.test(char)) throw this.#error("backreferences are not linear");
    const named = Object.hasOwn(classes, char.toLowerCase()) ? classes[char.toLowerCase()] : undefined;
    const unit = isInClass && char === "b" ? 8 : controls[char];
    if (named === undefined && unit === undefined && (char === "" || /[A-Za-z0-9]/.test(char))) {
      throw this.#error(`there is no \\${char}`);
    }
    if (named === undefined && unit === undefined) return this.#unit();
    this.#at += 1;
    if (named === undefined) return [[unit as number, unit as number]];
    return char === char.toLowerCase() ? named : inverse(named);
  }

  /** With both cases of each letter, where case is ignored. */
  #cased(ranges: Ranges): Ranges {
    if (!this.#ignoresCase) return ranges;
    const more: (readonly [number, number])[] = [...ranges];
    for (const [first, last] of ranges) {
      for (let unit = first; unit <= Math.min(last, LAST_CASED); unit += 1) {
        const char = String.fromCharCode(unit);
        for (const other of [char.toLowerCase(), char.toUpperCase()]) {
          const code = other.charCodeAt(0);
          if (other.length === 1 && code <= LAST_CASED && code < 128 === unit < 128) more.push([code, code]);
        }
      }
    }
    return union(more);
  }

  #peek(): string {
    return this.#text.charAt(this.#at);
  }

  #rest(most: number): string {
    return this.#text.slice(this.#at, this.#at + most);
  }

  #skip(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #error(what: string): EarshotError {
    const message = `${this.#where} is not a pattern, at character ${this.#at + 1}: ${what}.`;
    return new EarshotError("ERR_FILTER", message);
  }
}

function unitOf(ranges: Ranges): number | undefined {
  const [range] = ranges;
  return ranges.length === 1 && range?.[0] === range?.[1] ? range?.[0] : undefined;
}

function union(ranges: Ranges): Ranges {
  const joined: [number, number][] = [];
  for (const [first, last] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const before = joined.at(-1);
    if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else joined.push([first, last]);
  }
  return joined;
}

function inverse(ranges: Ranges): Ranges {
  const left: [number, number][] = [];
  let next = 0;
  for (const [first, last] of ranges) {
    if (first > next) left.push([next, first - 1]);
    next = last + 1;
  }
  if (next <= LAST_UNIT) left.push([next, LAST_UNIT]);
  return left;
}
