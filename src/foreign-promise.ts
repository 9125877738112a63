const nativeThen = Promise.prototype.then;
const ignore = () => undefined;

/** Whether a value is a promise. Never throws, whatever the value is. */
export function isPromise(value: unknown): value is Promise<unknown> {
  try {
    return value instanceof Promise;
  } catch {
    // A proxy may throw at any look at it.
    return false;
  }
}

/** Whether a value can be awaited. Never throws: a value that throws when looked at is awaited, and rejects then. */
export function isThenable(value: unknown): boolean {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  try {
    return typeof (value as { then?: unknown }).then === "function";
  } catch {
    return true;
  }
}

/**
 * Waits for what a user's function returned, as `await` does; in a list, for each promise. Rejects with what it rejects
 * with, and leaves no rejection that would end the process.
 */
export async function follow(value: unknown): Promise<void> {
  handle(value);
  const result = await value;
  const promises = promisesIn(result);
  if (promises === undefined) return;
  for (const promise of promises) handle(promise);
  const failed = (await Promise.allSettled(promises)).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
}

/** The promises of a list; `undefined` where there is none. Never throws. */
export function promisesIn(value: unknown): readonly Promise<unknown>[] | undefined {
  try {
    if (!Array.isArray(value)) return undefined;
    const promises = value.filter(isPromise);
    return promises.length === 0 ? undefined : promises;
  } catch {
    return undefined;
  }
}

/**
 * Counts a promise's rejection as handled: nobody else may, since a program can change its `then` and `constructor`,
 * or throw it. Does nothing with any other value, and never throws.
 */
export function handle(value: unknown): void {
  if (!isPromise(value)) return;
  try {
    nativeThen.call(value, undefined, ignore);
    return;
  } catch {
    // Its constructor throws, or makes no promises.
  }
  try {
    Object.defineProperty(value, "constructor", { value: Promise, configurable: true });
    nativeThen.call(value, undefined, ignore);
  } catch {
    // Frozen as it is, nothing can be done.
  }
}
