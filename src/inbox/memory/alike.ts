/** So many different ones are known; there are as many as there are triggers and callbacks, which is few. */
const MOST = 1000;

/**
 * One object in the place of many that are alike. Each record has its trigger's name and the names of the callbacks
 * that are done; kept as they come, they are a third of what the garbage collector has to move for a record.
 */
export class Alike {
  readonly #texts = new Map<string, string>();
  readonly #lists = new Map<string, readonly string[]>();

  text(text: string): string {
    return this.#texts.get(text) ?? put(this.#texts, text, text);
  }

  /** Lists of one text: nearly all are. */
  list(list: readonly string[]): readonly string[] {
    const [only] = list;
    if (only === undefined || list.length > 1) return list;
    return this.#lists.get(only) ?? put(this.#lists, only, list);
  }
}

function put<Value>(known: Map<string, Value>, key: string, value: Value): Value {
  if (known.size < MOST) known.set(key, value);
  return value;
}
