const nativeThen = Promise.prototype.then;

const tagOf = Object.prototype.toString;

/**
 * Whether a value is a promise, also one of another realm: in Jest, those of Node's own functions are. Never throws,
 * whatever the value is.
 */
export function isPromise(value: unknown): value is Promise<unknown> {
  try {
    if (value instanceof Promise) return true;
    return typeof value === "object" && value !== null && tagOf.call(value) === "[object Promise]";
  } catch {
    // A proxy may throw at any access.
    return false;
  }
}

/** Whether a value can be awaited. Never throws: a value that throws at an access is awaited, and rejects then. */
export function isThenable(value: unknown): boolean {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  try {
    return typeof (value as { then?: unknown }).then === "function";
  } catch {
    return true;
  }
}

/**
 * Awaits the result of a user's function; of a list, each promise. Rejects with the same reason, and leaves no
 * unhandled rejection: one would end the process of the user. Rejects for a generator: its body has not run.
 */
export async function follow(value: unknown): Promise<void> {
  if (!isPlain(value)) handle(value);
  const result = await value;
  if (typeof result !== "object" || result === null) return;
  handle(result);
  if (isGenerator(result)) throw new TypeError(RETURNED_GENERATOR);
  const promises = promisesIn(result);
  if (promises === undefined) return;
  const failed = (await Promise.allSettled(promises)).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
}

/** What is wrong with a function that returns a generator. */
export const RETURNED_GENERATOR =
  "The function returned a generator: a call of one runs nothing of its body. Loop over it, or return a promise.";

/** Whether a value is what a call of a generator function returns. Never throws. */
export function isGenerator(value: unknown): boolean {
  try {
    if (typeof value !== "object" || value === null) return false;
    const tag = tagOf.call(value);
    return tag === "[object Generator]" || tag === "[object AsyncGenerator]";
  } catch {
    return false;
  }
}

/** For a result that is not used: whatever it settles with, no rejection is unhandled. */
export function ignore(value: unknown): void {
  follow(value).then(handle, handle);
}

/** Whether `await` handles its rejection. Nearly all promises are plain; a second handler costs 50 ns. */
function isPlain(value: unknown): boolean {
  try {
    return isPromise(value) && value.constructor === Promise;
  } catch {
    return false;
  }
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
 * Counts the rejection of a promise, or of each promise in a list, as handled: else it ends the process where a program
 * throws the promise, or has changed its `then`. So it does with what the promise settles with.
 *
 * Does nothing with any other value, and never throws.
 */
export function handle(value: unknown): void {
  if (isPromise(value)) handleOne(value);
  else for (const promise of promisesIn(value) ?? []) handleOne(promise);
}

function handleOne(value: Promise<unknown>): void {
  try {
    nativeThen.call(value, handle, handle);
    return;
  } catch {
    // Its constructor throws, or makes no promises.
  }
  try {
    Object.defineProperty(value, "constructor", { value: Promise, configurable: true });
    nativeThen.call(value, handle, handle);
  } catch {
    // Frozen as it is, nothing can be done.
  }
}

/** For what was thrown: also the promises that an error has as its `cause` or its `errors`. Never throws. */
export function handleThrown(thrown: unknown): void {
  handle(thrown);
  try {
    if (!(thrown instanceof Error)) return;
    handle(thrown.cause);
    handle((thrown as { readonly errors?: unknown }).errors);
  } catch {
    // A getter or a proxy: nothing of it can be read.
  }
}

/** For `JSON.stringify`, which makes `{}` of a promise. @throws TypeError for one */
export function rejectPromises(key: string, value: unknown): unknown {
  if (!isPromise(value)) return value;
  handle(value);
  throw new TypeError(`${key === "" ? "it" : `"${key}"`} is a promise: await it`);
}
