import { EarshotError } from "../base/errors.js";

/** The names under which callbacks' successes are recorded. */
export class CallbackNames {
  /** Name → the line of code that registers the callback; empty where it is not known. */
  readonly #places = new Map<string, string>();
  /** The last number given to a name, so that many callbacks of one name cost no search each. */
  readonly #lastNumbers = new Map<string, number>();

  add(name: string, place: string): void {
    this.#places.set(name, place);
  }

  delete(name: string): void {
    this.#places.delete(name);
  }

  /** A name that no other callback has: the second `onStar` becomes `onStar#2`. */
  unique(base: string): string {
    if (!this.#places.has(base)) return base;
    let number = this.#lastNumbers.get(base) ?? 1;
    // Names of removed callbacks are free again.
    if (!this.#places.has(`${base}#2`)) number = 1;
    do number += 1;
    while (this.#places.has(`${base}#${number}`));
    this.#lastNumbers.set(base, number);
    return `${base}#${number}`;
  }

  /**
   * The name of a new callback.
   *
   * With a durable inbox a name stands for the same work after a restart too, so two callbacks with one name are an
   * error: after a deploy that swaps them, numbers would record one's work as the other's.
   *
   * @param place the line of code that registers this callback; empty where it is not known
   * @throws EarshotError ERR_CALLBACK
   */
  choose(base: string, durable: boolean, place: string): string {
    const other = this.#places.get(base);
    if (other === undefined) return base;
    if (!durable) return this.unique(base);
    const places = `${other === "" ? "" : `The other is registered ${other}. `}${place === "" ? "" : `This one is registered ${place}. `}`;
    throw new EarshotError(
      "ERR_CALLBACK",
      `Two callbacks are called "${base}", and a durable inbox records success by name. ${places}Give each a name: callback(filter, fn, { name: "…" }).`,
    );
  }
}

/** A function's own name; empty where it has none. */
export function nameOfFunction(fn: { readonly name: string }): string {
  try {
    return typeof fn.name === "string" ? fn.name : "";
  } catch {
    return "";
  }
}

/** Files of this package, in its sources and where it is installed. */
const OWN_FILE = /[\\/](?:src[\\/](?:listener|callbacks|lifecycle)|earshot[\\/](?:dist|src))[\\/.]/;
const MAX_FRAMES = 30;

/** The first stack frame outside this package: `at file:line:column`; empty where the runtime has none. */
export function placeOfCall(): string {
  const limit = Error.stackTraceLimit;
  let stack: string | undefined;
  try {
    Error.stackTraceLimit = MAX_FRAMES;
    stack = new Error("place").stack;
    Error.stackTraceLimit = limit;
  } catch {
    // A runtime may freeze it (SES); then there is no place to show.
  }
  const frames = stack?.split("\n").slice(1) ?? [];
  return frames.find((frame) => !OWN_FILE.test(frame))?.trim() ?? "";
}
