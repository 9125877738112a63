/**
 * `T` with every member optional, `undefined` included.
 *
 * `Partial<T>` rejects `undefined` under `exactOptionalPropertyTypes`, where `process.env.X` is often the value.
 */
export type Optional<T> = { readonly [Key in keyof T]?: T[Key] | undefined };

/** `T` with every member given: neither missing nor `undefined`. */
export type Complete<T> = { readonly [Key in keyof T]-?: Exclude<T[Key], undefined> };
