import type { Ids } from "./ids.js";

/** A key that was made through the API, or given to the platform. */
export interface ProjectApiKey {
  readonly id: string;
  readonly name: string;
  readonly key: string;
  /** ISO 8601 */
  readonly createdAt: string;
}

/** No more keys than this are kept: the state is bounded. */
const MOST_KEYS = 1_000;

/**
 * Access by API key. Without a list of keys every key that is not empty is let in, so that any program runs against
 * the local platform as it is; keys that begin with `invalid` are rejected, so that a rejection can be tested.
 */
export class ApiKeys {
  readonly #byId = new Map<string, ProjectApiKey>();
  readonly #byKey = new Map<string, ProjectApiKey>();
  /** Deleted through the API, and rejected since. */
  readonly #deleted = new Set<string>();
  readonly #only: ReadonlySet<string> | undefined;

  /** @param only the keys that are accepted; default: nearly every one */
  constructor(only: readonly string[] | undefined, keys: readonly ProjectApiKey[] = []) {
    this.#only = only === undefined ? undefined : new Set(only);
    for (const key of keys) this.#put(key);
  }

  all(): ProjectApiKey[] {
    return [...this.#byId.values()];
  }

  allows(key: string): boolean {
    if (key === "" || this.#deleted.has(key)) return false;
    if (this.#byKey.has(key)) return true;
    return this.#only === undefined ? !key.toLowerCase().startsWith("invalid") : this.#only.has(key);
  }

  find(key: string): ProjectApiKey | undefined {
    return this.#byKey.get(key);
  }

  /**
   * @param nowIso ISO 8601
   * @returns `undefined` where there are too many already
   */
  create(name: string, ids: Ids, nowIso: string): ProjectApiKey | undefined {
    if (this.#byId.size >= MOST_KEYS) return undefined;
    const key: ProjectApiKey = { id: ids.uuid(), name, key: `ak_${ids.secret(16)}`, createdAt: nowIso };
    this.#put(key);
    return key;
  }

  /** @returns whether there was one */
  delete(id: string): boolean {
    const key = this.#byId.get(id);
    if (key === undefined) return false;
    this.#byId.delete(id);
    this.#byKey.delete(key.key);
    if (this.#deleted.size < MOST_KEYS) this.#deleted.add(key.key);
    return true;
  }

  #put(key: ProjectApiKey): void {
    this.#byId.set(key.id, key);
    this.#byKey.set(key.key, key);
  }
}
