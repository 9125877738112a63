/** A class as syntax: a call of it without `new` throws. Never throws. */
export function isClass(value: unknown): boolean {
  try {
    return typeof value === "function" && /^class[\s{]/.test(Function.prototype.toString.call(value));
  } catch {
    // Some proxies have no text.
    return false;
  }
}

/** A function that a call runs: not a class. */
export function isCallable(value: unknown): boolean {
  return typeof value === "function" && !isClass(value);
}
