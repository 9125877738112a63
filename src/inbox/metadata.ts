/** Names and values. */
export type MetadataList = readonly (readonly [name: string, value: string])[];

/** Small values beside the records of an inbox: cursors, open expectations, subscriptions. */
export interface InboxMetadata {
  /** Reads a value. */
  readMetadata(name: string): string | undefined | Promise<string | undefined>;

  /** Stores a value. MUST NOT return, or resolve, before it is as durable as a record. */
  writeMetadata(name: string, value: string): void | Promise<void>;

  /**
   * Stores a value where the present one is `expected`, `undefined` for none. MUST compare and store in one step: of two
   * callers that expect the same, in any two processes, one succeeds. As durable as `writeMetadata`.
   *
   * @returns whether it stored the value
   */
  replaceMetadata(name: string, expected: string | undefined, value: string): boolean | Promise<boolean>;

  /** The values whose names begin with `prefix`, which is not empty, with their names. */
  listMetadata(prefix: string): MetadataList | Promise<MetadataList>;

  /** Removes a value. MUST be safe to repeat, and MUST NOT return, or resolve, before it is as durable as a record. */
  deleteMetadata(name: string): void | Promise<void>;
}
