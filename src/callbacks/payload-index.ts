import type { Alternatives, Equality, Scalar } from "./equalities.js";

/** What is indexed. */
interface Entry {
  /** Place in the order of registration. */
  readonly order: number;
  /** What its filter requires of the payload. */
  readonly required: readonly Alternatives[];
}

/**
 * Callbacks by a value that their filter requires of the payload, so that an event is not compared with those that
 * require another. Each is indexed by the one of its conditions that the fewest others share.
 */
export class PayloadIndex<E extends Entry> {
  /** By the path's text. An event costs a look-up for each, so that few are better. */
  readonly #paths = new Map<string, PathIndex<E>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** @param entry has at least one condition */
  add(entry: E): void {
    const [first, ...more] = entry.required;
    if (first === undefined) return;
    let best = first;
    // Most have one condition, and then there is nothing to choose.
    if (more.length > 0) {
      let least = this.#cost(first);
      for (const one of more) {
        const cost = this.#cost(one);
        if (cost >= least) continue;
        best = one;
        least = cost;
      }
    }
    for (const equality of best) this.#pathOf(equality).add(equality.value, entry);
    this.#size += 1;
  }

  /** @returns whether it was there */
  delete(entry: E): boolean {
    let wasThere = false;
    for (const { path, value } of entry.required.flat()) {
      const key = textOf(path);
      const index = this.#paths.get(key);
      if (index === undefined || !index.delete(value, entry)) continue;
      wasThere = true;
      if (index.isEmpty) this.#paths.delete(key);
    }
    if (wasThere) this.#size -= 1;
    return wasThere;
  }

  /** Those that may match, in the order of their registration, and all that do. */
  candidates(payload: unknown): Iterable<E> {
    let only: Set<E> | undefined;
    let all: Set<E> | undefined;
    const visit = (group: Set<E>) => {
      if (only === undefined || only === group) {
        only = group;
        return;
      }
      all ??= new Set(only);
      for (const entry of group) all.add(entry);
    };
    for (const index of this.#paths.values()) index.visit(payload, visit);
    return all === undefined ? (only ?? none) : inOrder(all);
  }

  /** Callbacks that share the condition's most common value. */
  #cost(alternatives: Alternatives): number {
    let most = 0;
    for (const { path, value } of alternatives) {
      const index = this.#paths.get(textOf(path));
      // Where all else is equal, a path that is looked up anyway.
      most = Math.max(most, index === undefined ? 0.5 : index.sizeOf(value));
    }
    return most;
  }

  #pathOf({ path }: Equality): PathIndex<E> {
    const key = textOf(path);
    let index = this.#paths.get(key);
    if (index === undefined) {
      index = new PathIndex<E>(path);
      this.#paths.set(key, index);
    }
    return index;
  }
}

const none: readonly never[] = [];

/** Callbacks by the value at one path. */
class PathIndex<E extends Entry> {
  readonly #path: readonly string[];
  readonly #groups = new Map<Scalar, Set<E>>();

  constructor(path: readonly string[]) {
    this.#path = path;
  }

  get isEmpty(): boolean {
    return this.#groups.size === 0;
  }

  sizeOf(value: Scalar): number {
    return this.#groups.get(value)?.size ?? 0;
  }

  add(value: Scalar, entry: E): void {
    const group = this.#groups.get(value);
    if (group === undefined) this.#groups.set(value, new Set([entry]));
    else group.add(entry);
  }

  delete(value: Scalar, entry: E): boolean {
    const group = this.#groups.get(value);
    if (group === undefined || !group.delete(entry)) return false;
    if (group.size === 0) this.#groups.delete(value);
    return true;
  }

  visit(payload: unknown, found: (group: Set<E>) => void): void {
    this.#visit(payload, 0, found);
  }

  #visit(value: unknown, depth: number, found: (group: Set<E>) => void): void {
    let at: unknown = value;
    for (let level = depth; ; level += 1) {
      if (Array.isArray(at)) {
        for (const element of at) this.#visit(element, level, found);
        return;
      }
      if (level === this.#path.length) break;
      const name = this.#path[level] as string;
      if (typeof at !== "object" || at === null || !Object.hasOwn(at, name)) return;
      at = (at as Record<string, unknown>)[name];
    }
    const group = this.#groups.get(at as Scalar);
    if (group !== undefined) found(group);
  }
}

function textOf(path: readonly string[]): string {
  const [name] = path;
  // Without JSON for most: it takes longer than the rest of a registration. It begins with a bracket.
  return path.length === 1 && name !== undefined && !name.startsWith("[") ? name : JSON.stringify(path);
}

/** In the order of their registration. */
export function inOrder<E extends Entry>(entries: Iterable<E>): readonly E[] {
  return [...entries].sort((a, b) => a.order - b.order);
}
