import { EarshotError } from "../../base/errors.js";
import { type Assertion, parseRegex, type Ranges, type RegexNode, wordRanges } from "./syntax.js";

/** Characters of a text that are searched. */
export const MAX_TEXT = 65_536;
/** States of an automaton: the work for one character, at most. */
const MAX_STATES = 1000;
/** Sets of states that are remembered. */
const MAX_SETS = 200;

/** A state: one unit of the text, a position, a fork, or the end. */
type State =
  | { readonly kind: "set"; readonly classes: Uint8Array; next: number }
  | { readonly kind: "assert"; readonly assertion: Assertion; next: number }
  | { readonly kind: "fork"; next: number; other: number }
  | { readonly kind: "end" };

/** What stands before or after a position. */
type Side = "edge" | "word" | "other";

/** States that the text so far leads to, before positions are tested. */
interface StateSet {
  readonly states: readonly number[];
  readonly before: Side;
  /** By class of the next unit: the next set, or `true` for a match. */
  readonly next: (StateSet | true | undefined)[];
  /** Whether it matches where the text ends. */
  atEnd: boolean | undefined;
}

/**
 * Compiles a pattern to a search in linear time: each character is read once, and costs at most the states of the
 * automaton. Of longer texts, the first 65,536 characters are searched.
 *
 * @param where names the pattern in errors
 * @throws EarshotError ERR_FILTER where the pattern is wrong or too large
 */
export function compileRegex(pattern: string, where: string): (text: string) => boolean {
  const matcher = new Matcher(parseRegex(pattern, where), where);
  return (text) => matcher.search(text);
}

/** A nondeterministic automaton, whose sets of states are made when a text leads to them. */
class Matcher {
  readonly #states: State[] = [{ kind: "end" }];
  readonly #start: number;
  readonly #classes: UnitClasses;
  #sets = new Map<string, StateSet>();
  #first: StateSet;

  constructor(tree: RegexNode, where: string) {
    this.#classes = new UnitClasses(tree);
    this.#start = this.#build(tree, 0, where);
    this.#first = this.#setOf([], "edge");
  }

  search(text: string): boolean {
    const length = Math.min(text.length, MAX_TEXT);
    let set = this.#first;
    for (let at = 0; at < length; at += 1) {
      const unitClass = this.#classes.of(text.charCodeAt(at));
      const next = set.next[unitClass] ?? this.#step(set, unitClass);
      if (next === true) return true;
      set = next;
    }
    set.atEnd ??= this.#closure(set, "edge").includes(0);
    return set.atEnd;
  }

  #step(set: StateSet, unitClass: number): StateSet | true {
    const after = this.#classes.isWord(unitClass) ? "word" : "other";
    const reached = this.#closure(set, after);
    const states = new Set<number>();
    for (const id of reached) {
      const state = this.#states[id] as State;
      if (state.kind === "set" && state.classes[unitClass] === 1) states.add(state.next);
    }
    const next =
      reached.includes(0) ||
      this.#setOf(
        [...states].sort((a, b) => a - b),
        after,
      );
    set.next[unitClass] = next;
    return next;
  }

  #setOf(states: readonly number[], before: Side): StateSet {
    const key = `${before} ${states.join(" ")}`;
    const known = this.#sets.get(key);
    if (known !== undefined) return known;
    if (this.#sets.size >= MAX_SETS) {
      this.#sets = new Map();
      this.#first = this.#setOf([], "edge");
    }
    const set: StateSet = { states, before, next: [], atEnd: undefined };
    this.#sets.set(key, set);
    return set;
  }

  /** The states that can be reached without reading; a match may begin at every position. */
  #closure({ states, before }: StateSet, after: Side): readonly number[] {
    const reached = new Set<number>();
    const open = [...states, this.#start];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (reached.has(id)) continue;
      reached.add(id);
      const state = this.#states[id] as State;
      if (state.kind === "fork") open.push(state.next, state.other);
      if (state.kind === "assert" && holds(state.assertion, before, after)) open.push(state.next);
    }
    return [...reached];
  }

  /** Adds the states of a node. @param next the state after it @returns its first state */
  #build(node: RegexNode, next: number, where: string): number {
    switch (node.kind) {
      case "set":
        return this.#add({ kind: "set", classes: this.#classes.mask(node.ranges), next }, where);
      case "assert":
        return this.#add({ kind: "assert", assertion: node.assertion, next }, where);
      case "sequence":
        return node.nodes.reduceRight((after, part) => this.#build(part, after, where), next);
      case "choice":
        return node.nodes
          .map((part) => this.#build(part, next, where))
          .reduceRight((other, first) => this.#add({ kind: "fork", next: first, other }, where));
      case "repeat":
        return this.#repeat(node, next, where);
    }
  }

  #repeat({ node, min, max }: RegexNode & { kind: "repeat" }, next: number, where: string): number {
    let first = next;
    if (max === Number.POSITIVE_INFINITY) {
      const fork: State = { kind: "fork", next, other: next };
      first = this.#add(fork, where);
      fork.other = this.#build(node, first, where);
    } else {
      for (let left = max - min; left > 0; left -= 1) {
        first = this.#add({ kind: "fork", next: this.#build(node, first, where), other: next }, where);
      }
    }
    for (let left = min; left > 0; left -= 1) {
      const before = first;
      first = this.#build(node, first, where);
      // Nested repetitions of nothing would never end.
      if (first === before) break;
    }
    return first;
  }

  #add(state: State, where: string): number {
    if (this.#states.length >= MAX_STATES) {
      const message = `${where} is too large: with its repetitions written out it has over ${MAX_STATES} parts.`;
      throw new EarshotError("ERR_FILTER", message);
    }
    return this.#states.push(state) - 1;
  }
}

function holds(assertion: Assertion, before: Side, after: Side): boolean {
  if (assertion === "start") return before === "edge";
  if (assertion === "end") return after === "edge";
  return ((before === "word") !== (after === "word")) === (assertion === "boundary");
}

/** Classes of code units that no set of a pattern tells apart. */
class UnitClasses {
  /** The first unit of each class of neighbors, sorted. */
  readonly #firsts: readonly number[];
  /** Of ASCII: a look-up takes a tenth of the search. */
  readonly #ascii = new Uint16Array(128);

  constructor(tree: RegexNode) {
    const firsts = new Set([0]);
    const add = (ranges: Ranges) => {
      for (const [first, last] of ranges) firsts.add(first).add(last + 1);
    };
    const visit = (node: RegexNode): void => {
      if (node.kind === "set") add(node.ranges);
      else if (node.kind === "repeat") visit(node.node);
      else if (node.kind !== "assert") for (const part of node.nodes) visit(part);
    };
    add(wordRanges);
    visit(tree);
    firsts.delete(0x10000);
    this.#firsts = [...firsts].sort((a, b) => a - b);
    for (let unit = 0; unit < 128; unit += 1) this.#ascii[unit] = this.#find(unit);
  }

  of(unit: number): number {
    return unit < 128 ? (this.#ascii[unit] as number) : this.#find(unit);
  }

  isWord(unitClass: number): boolean {
    const first = this.#firsts[unitClass] as number;
    return wordRanges.some(([from, to]) => first >= from && first <= to);
  }

  /** By class, 1 where it belongs to the ranges. */
  mask(ranges: Ranges): Uint8Array {
    const mask = new Uint8Array(this.#firsts.length);
    for (const [first, last] of ranges) mask.fill(1, this.#find(first), this.#find(last) + 1);
    return mask;
  }

  #find(unit: number): number {
    let [low, high] = [0, this.#firsts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#firsts[middle] as number) <= unit) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
