import { sleep } from "../../base/clock.js";
import { ApiError, EarshotError } from "../../base/errors.js";
import type { ListenerEvent } from "../../base/listener-events.js";
import { messageOf } from "../../base/message-of.js";
import { fullJitterMs } from "../../base/retry.js";
import type { Inbox } from "../../inbox/contract.js";
import type { PolledPage, PolledSource } from "../../model/sender-log.js";
import type { ListenerSettings } from "../../settings/index.js";
import { listedDelivery, type OnListed } from "../senders/listed-delivery.js";
import type { Transport } from "../transport.js";
import { unlessAborted } from "../unless-aborted.js";

/** What {@link PollTransport} takes. */
export interface PollTransportOptions {
  readonly settings: Pick<ListenerSettings, "clock">;
  readonly poll: readonly PolledSource[];
  /** Holds the iterators, if it is durable. */
  readonly inbox: Pick<Inbox, "durable" | "readMetadata" | "writeMetadata">;
  readonly send: (event: ListenerEvent) => void;
  readonly onListed: OnListed;
  readonly random?: (() => number) | undefined;
}

/** One polled source in `listener.health()`. */
export interface PolledHealth {
  readonly provider: string;
  readonly name: string;
  /** Why the last call failed. Absent where it did not. */
  readonly failure?: string | undefined;
}

/** The polled sources in `listener.health()`. */
export interface PollHealth {
  readonly sources: readonly PolledHealth[];
}

const INTERVAL_MS = 10_000;
const CALL_TIMEOUT_MS = 60_000;
const pauses = { baseMs: 1000, capMs: 60_000 };
/** Temporary failures in a row before a warning. */
const FAILURES_TO_WARN = 3;

const permanent: ReadonlySet<string> = new Set(["ERR_UNAUTHORIZED", "ERR_NOT_FOUND"]);

/** Reads the messages of senders that hand them out when they are asked: no URL has to be reachable. */
export class PollTransport implements Transport {
  readonly #pollers: readonly Poller[];

  constructor(options: PollTransportOptions) {
    this.#pollers = options.poll.map((source) => new Poller(source, options));
  }

  get health(): PollHealth {
    return { sources: this.#pollers.map(({ health }) => health) };
  }

  get isHealthy(): boolean {
    return this.#pollers.every(({ isHealthy }) => isHealthy);
  }

  /**
   * Resolves when each source was read once, or has failed in a way that may pass.
   *
   * @throws EarshotError ERR_UNAUTHORIZED, ERR_NOT_FOUND; the inbox's error
   */
  async start(): Promise<void> {
    await Promise.all(this.#pollers.map((poller) => poller.start()));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#pollers.map((poller) => poller.stop()));
  }
}

/** One source: reads a page, stores its events, then the iterator of the next page. */
class Poller {
  readonly #source: PolledSource;
  readonly #options: PollTransportOptions;
  readonly #ending = new AbortController();
  #iterator: string | undefined;
  #failures = 0;
  #failure: string | undefined;
  #isWarned = false;
  #working: Promise<void> | undefined;

  constructor(source: PolledSource, options: PollTransportOptions) {
    this.#source = source;
    this.#options = options;
  }

  get health(): PolledHealth {
    const { provider, name } = this.#source;
    return { provider, name, ...(this.#failure !== undefined && { failure: this.#failure }) };
  }

  get isHealthy(): boolean {
    return !this.#isWarned;
  }

  async start(): Promise<void> {
    const { inbox } = this.#options;
    if (inbox.durable) this.#iterator = await inbox.readMetadata(this.#mark);
    if (this.#ending.signal.aborted) return;
    let pauseMs: number;
    try {
      pauseMs = await this.#next();
    } catch (thrown) {
      if (this.#ending.signal.aborted) return;
      if (thrown instanceof EarshotError && permanent.has(thrown.code)) throw thrown;
      pauseMs = this.#failed(thrown);
    }
    this.#working = this.#follow(pauseMs);
  }

  async stop(): Promise<void> {
    this.#ending.abort(new EarshotError("ERR_ABORTED", "The listener has stopped."));
    await this.#working;
  }

  get #mark(): string {
    return `polled:${this.#source.name}`;
  }

  async #follow(firstPauseMs: number): Promise<void> {
    const { signal } = this.#ending;
    for (let pauseMs = firstPauseMs; !signal.aborted; ) {
      if (pauseMs > 0) await sleep(this.#options.settings.clock, pauseMs, signal).catch(() => undefined);
      if (signal.aborted) return;
      try {
        pauseMs = await this.#next();
      } catch (thrown) {
        if (signal.aborted) return;
        pauseMs = this.#failed(thrown);
      }
    }
  }

  /** Reads and stores one page. @returns milliseconds until the next */
  async #next(): Promise<number> {
    const { inbox } = this.#options;
    const { signal } = this.#ending;
    const before = this.#iterator;
    const page = checkedPage(await this.#call(before), this.#source);
    await unlessAborted(this.#store(page), signal);
    if (inbox.durable && page.iterator !== before) await inbox.writeMetadata(this.#mark, page.iterator);
    this.#iterator = page.iterator;
    this.#failures = 0;
    this.#failure = undefined;
    this.#isWarned = false;
    const isStuck = page.events.length === 0 && page.iterator === before;
    return page.done || isStuck ? (this.#source.intervalMs ?? INTERVAL_MS) : 0;
  }

  /** One call of the user's function, which may never settle. @throws EarshotError ERR_TIMEOUT */
  async #call(iterator: string | undefined): Promise<PolledPage> {
    const { name, timeoutMs = CALL_TIMEOUT_MS } = this.#source;
    const { signal } = this.#ending;
    const limit = new AbortController();
    const onEnding = () => limit.abort(signal.reason);
    signal.addEventListener("abort", onEnding, { once: true });
    const timer = this.#options.settings.clock.after(timeoutMs, () => {
      const message = `\`poll\` of ${name} did not settle within its \`timeoutMs\` of ${timeoutMs} ms.`;
      limit.abort(new EarshotError("ERR_TIMEOUT", message));
    });
    try {
      return await unlessAborted(Promise.resolve(this.#source.poll(iterator, limit.signal)), limit.signal);
    } finally {
      timer.clear();
      signal.removeEventListener("abort", onEnding);
    }
  }

  /** In the order of the page. A message that cannot be read is warned of, and passed over. */
  async #store({ events }: PolledPage): Promise<void> {
    const { settings, onListed, send } = this.#options;
    const { provider, name } = this.#source;
    const storing: Promise<unknown>[] = [];
    for (const event of events) {
      const listed = listedDelivery(event, "poll", settings.clock.now());
      if ("problem" in listed) {
        const message = `A message of ${name} is passed over: ${listed.problem}.`;
        send({ type: "warning", error: new EarshotError("ERR_BAD_ANSWER", message) });
        continue;
      }
      const stored = onListed(listed.delivery, { ...listed.facts, provider }, undefined);
      if (stored instanceof Promise) {
        stored.catch(() => undefined);
        storing.push(stored);
      }
    }
    await Promise.all(storing);
  }

  /** @returns milliseconds until the next try */
  #failed(thrown: unknown): number {
    const { send, random } = this.#options;
    this.#failures += 1;
    this.#failure = messageOf(thrown);
    const isFinal = thrown instanceof EarshotError && permanent.has(thrown.code);
    if (!this.#isWarned && (isFinal || this.#failures >= FAILURES_TO_WARN)) {
      this.#isWarned = true;
      const code = thrown instanceof EarshotError ? thrown.code : "ERR_BAD_ANSWER";
      const message = `${this.#source.name} cannot be read: ${this.#failure}`;
      send({ type: "warning", error: new EarshotError(code, message, { cause: thrown }) });
    }
    const askedMs = thrown instanceof ApiError ? (thrown.retryAfterMs ?? 0) : 0;
    return askedMs + (isFinal ? pauses.capMs : fullJitterMs(pauses, this.#failures, random));
  }
}

/** @throws EarshotError ERR_BAD_ANSWER */
function checkedPage(page: PolledPage, { name }: PolledSource): PolledPage {
  if (Array.isArray(page?.events) && typeof page.iterator === "string") return page;
  throw new EarshotError("ERR_BAD_ANSWER", `\`poll\` of ${name} returned no { events, iterator, done }.`);
}
