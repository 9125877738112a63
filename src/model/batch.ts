/** Which events of a batch its callback gets: the others are superseded, and only counted. */
export type BatchKeep = "all" | "latest" | "first";

/** When a batch is due, and how much it may hold. Times in milliseconds. */
export interface BatchLimits {
  /** Since its last event. */
  readonly quietMs: number;
  /** Since its first event. */
  readonly maxWaitMs: number;
  /** With as many, superseded ones included, it is due at once. */
  readonly maxEvents: number;
  /** Of the bodies that it holds: with as many, it is due at once. */
  readonly maxBytes: number;
  readonly keep: BatchKeep;
}

/** Where an event goes that a coalescing callback takes. */
export interface BatchPart {
  /** The callback's name. */
  readonly callback: string;
  /** The key of the callback's `coalesce`; an empty text where it has none. */
  readonly key: string;
  /** Stands for callback and key: a hash. One batch of a group is open at a time. */
  readonly group: string;
  readonly limits: BatchLimits;
}

/** The result of `join`. */
export type BatchJoin =
  /** `batch`: the batch's id. `dueAt`: when it may be claimed, epoch milliseconds. */
  | { readonly state: "joined"; readonly batch: string; readonly events: number; readonly dueAt: number }
  /** The event is in a batch of the callback since an earlier call. */
  | { readonly state: "known" }
  | { readonly state: "lost" };
