/** A value, or a promise of it. Where every step is synchronous, an event stays on one stack from bytes to callback. */
export type MaybePromise<T> = T | Promise<T>;

/** Calls `next` with a value: at once, or when its promise resolves. */
export function chain<A, B>(value: MaybePromise<A>, next: (value: A) => MaybePromise<B>): MaybePromise<B> {
  return value instanceof Promise ? value.then(next) : next(value);
}
