/** What is done with a value. */
export const ways = [
  "throws",
  "rejects with",
  "returns",
  "resolves with",
  "the filter throws",
  "a report's listener throws",
  "a report's listener returns",
] as const;

/** What a callback, its filter or a report's listener does with an odd value. */
export interface Case {
  readonly value: string;
  readonly way: (typeof ways)[number];
}

/** One event, and what its callbacks do. */
export interface Order {
  readonly id: string;
  readonly cases: readonly Case[];
}

/** How its record ended. */
export interface Ended {
  readonly id: string;
  readonly state: "done" | "dead";
  /** What the inbox says. */
  readonly stored: string | undefined;
  readonly done: readonly string[];
  readonly failures: readonly {
    readonly callback: string | undefined;
    /** Characters. */
    readonly message: number;
    readonly stack: number;
    readonly isWellFormed: boolean;
  }[];
}
