import type { Clock } from "../../base/clock.js";
import type { Delivery } from "../../model/delivery.js";
import type { LogDoubt, PlatformAccess } from "../../model/platform.js";
import type { TriggerLog } from "../../model/trigger-log.js";
import type { V1Shape } from "../../protocol/shapes.js";

/** Lines per turn of the event loop: live events do not wait for old ones. */
const LINES_PER_TURN = 50;

/** Doubts that are listed one by one. */
const MAX_DOUBTS = 50;

/** What a reading takes. */
export interface LogReadingOptions {
  readonly logs: PlatformAccess["logs"];
  /** The pipeline: resolves when the delivery is stored, with true if it was new. */
  readonly onDelivery: (delivery: Delivery) => boolean | Promise<boolean>;
  readonly clock: Clock;
}

/**
 * Reads one range of the platform's log, oldest first, and delivers its events. The counts stay if a reading breaks
 * off; the next `run` continues from where everything before was stored.
 */
export class LogReading {
  /** Lines read; a line may be read again after a break. */
  found = 0;
  /** Events that were new. */
  missed = 0;
  /** Events without a readable payload: no callback can run with them. */
  unusable = 0;
  /** Why lines may not have been read. Each reason once for a time. */
  readonly doubts: LogDoubt[] = [];
  /** When the oldest line was written, epoch milliseconds. */
  firstAt: number | undefined;
  readonly #options: LogReadingOptions;
  readonly #until: number;
  #since: number;

  /** Up to when everything is stored, epoch milliseconds. It advances with the reading. */
  get storedUntil(): number {
    return this.#since;
  }

  /** @param range epoch milliseconds, without `until` itself */
  constructor(options: LogReadingOptions, range: { readonly since: number; readonly until: number }) {
    this.#options = options;
    this.#since = range.since;
    this.#until = range.until;
  }

  /**
   * Resolves when the whole range is stored.
   *
   * @throws the error of the log or the pipeline; the signal's reason as soon as it is aborted
   */
  async run(signal: AbortSignal): Promise<void> {
    const { logs, clock } = this.#options;
    let storing: Promise<void>[] = [];
    let lines = 0;
    let newest = Number.NEGATIVE_INFINITY;
    const onDoubt = this.#doubt.bind(this);
    for await (const line of logs({ since: this.#since, until: this.#until, signal, onDoubt })) {
      signal.throwIfAborted();
      const at = line.createdAt.getTime();
      this.firstAt ??= at;
      this.found += 1;
      lines += 1;
      newest = at < newest ? Number.POSITIVE_INFINITY : at;
      const delivery = logDelivery(line, clock.now());
      if (delivery !== undefined) this.#deliver(delivery, storing);
      else if (line.triggerName !== "") this.#unusable(line, at);
      if (delivery !== undefined && line.triggerName === "") {
        this.#doubt({ reason: `the line ${line.id} has no trigger name`, at });
      }
      if (lines % LINES_PER_TURN !== 0) continue;
      await unlessAborted(Promise.all(storing), signal);
      storing = [];
      // Lines of the same millisecond may follow; if out of order, any may.
      if (at >= newest) this.#since = Math.max(this.#since, Math.min(at, this.#until));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await unlessAborted(Promise.all(storing), signal);
  }

  /** As on the WebSocket, the next is delivered before the last is stored: the inbox preserves the order. */
  #deliver(delivery: Delivery, storing: Promise<void>[]): void {
    const stored = this.#options.onDelivery(delivery);
    if (typeof stored === "boolean") {
      this.#count(stored);
      return;
    }
    const counted = stored.then((isNew) => this.#count(isNew));
    // If the reading breaks off, nothing awaits this any more.
    counted.catch(() => undefined);
    storing.push(counted);
  }

  /** A line with an error has no event: the platform itself failed. */
  #unusable({ id, error }: TriggerLog, at: number): void {
    this.unusable += 1;
    if (error === undefined) this.#doubt({ reason: `the line ${id} has no payload that can be read`, at });
  }

  #doubt(doubt: LogDoubt): void {
    const isKnown = this.doubts.some(({ reason, at }) => reason === doubt.reason && at === doubt.at);
    if (!isKnown && this.doubts.length < MAX_DOUBTS) this.doubts.push(doubt);
    // A doubt that is not listed counts for the whole range.
    else if (!isKnown) this.doubts[MAX_DOUBTS - 1] = { reason: "there are many such lines", at: undefined };
  }

  #count(isNew: boolean): void {
    if (isNew) this.missed += 1;
  }
}

/** A full inbox makes its callers wait until it is stopped, and it is stopped after the transports. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

/** A line of the log in the V1 shape, with the log's further members. */
interface LogShape extends V1Shape {
  readonly app_name: string | undefined;
  readonly integration_id: string | undefined;
  readonly user_id: string | undefined;
  readonly original_payload: Readonly<Record<string, unknown>> | undefined;
  readonly timestamp: string;
}

/**
 * Makes a delivery of a line of the platform's log, so that it goes through the same pipeline as a live event.
 *
 * @returns `undefined` if the line has no payload to run a callback with
 */
function logDelivery(line: TriggerLog, receivedAt: number): Delivery | undefined {
  if (line.payload === undefined) return undefined;
  const body: LogShape = {
    trigger_name: line.triggerName,
    connection_id: line.connectionId ?? "",
    trigger_id: line.triggerId ?? "",
    payload: line.payload,
    log_id: line.id,
    app_name: line.appName,
    integration_id: line.integrationId,
    user_id: line.entityId,
    original_payload: line.originalPayload,
    timestamp: line.createdAt.toISOString(),
  };
  return { source: "backfill", body: JSON.stringify(body), receivedAt };
}
