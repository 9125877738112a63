/** One event that a sender lists: the facts that its delivery had, and its body. */
export interface ListedEvent {
  /** When it was sent or happened, epoch milliseconds by the sender's clock. */
  readonly at: number;
  /** The body, as it was sent; an object is sent as JSON. `undefined` where the sender no longer has it. */
  readonly body: string | object | undefined;
  /** The id that the deliveries of the event have in a header. Not needed where the body has it. */
  readonly id?: string | undefined;
  /**
   * Whether the sender's signature covers `id`. Default false: then a delivery is a copy where its body has equal
   * values too.
   */
  readonly idSigned?: boolean | undefined;
  /** The name of the event, where deliveries have it in a header. */
  readonly eventName?: string | undefined;
}

/** The facts of a listed event beside its body. */
export interface ListedFacts extends Omit<ListedEvent, "body"> {
  readonly provider: string;
  /** The route whose sender lists it; absent for one that is polled. */
  readonly path?: string | undefined;
}

/**
 * A list of events that a sender keeps: what `githubDeliveries()`, `stripeEvents()` and `svixMessages()` return, or your
 * own.
 */
export interface SenderLog {
  /** The subject of a message: "GitHub's list of deliveries". */
  readonly name: string;
  /** How long the sender lists an event, milliseconds. Default: it is not known. */
  readonly retentionMs?: number | undefined;
  /**
   * The events from `since` up to but without `until` (epoch milliseconds), oldest first. One that was delivered may be
   * left out; one that is listed twice runs once. What it throws is tried again, from the last event that was stored.
   */
  read(range: {
    readonly since: number;
    readonly until: number;
    readonly signal: AbortSignal;
  }): AsyncIterable<ListedEvent>;
}

/** Messages that a sender hands out when it is asked: what `svixPoller()` returns, or your own. */
export interface PolledSource {
  /** The sender: the app of its events. */
  readonly provider: string;
  /** Identifies the list among all that share an inbox, such as its URL without credentials. */
  readonly name: string;
  /** Pause after the last message, milliseconds. Default: 10,000. */
  readonly intervalMs?: number | undefined;
  /** Limit of one call of `poll`, milliseconds; more for long polling. Default: 60,000. */
  readonly timeoutMs?: number | undefined;
  /**
   * Reads the next messages.
   *
   * @param iterator what the last call returned; `undefined` in the very first
   * @param signal aborted after `timeoutMs`, and when the listener stops
   */
  poll(iterator: string | undefined, signal: AbortSignal): Promise<PolledPage>;
}

/** What one call of `poll` returns. */
export interface PolledPage {
  readonly events: readonly ListedEvent[];
  /** For the next call. It is stored when all events are. */
  readonly iterator: string;
  /** Whether there are no more now: the next call waits for the interval. */
  readonly done: boolean;
}
