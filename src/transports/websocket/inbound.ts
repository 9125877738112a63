import { EarshotError, type ErrorCode } from "../../base/errors.js";
import type { Delivery } from "../../model/delivery.js";
import { least } from "../backfill/gap.js";
import type { ConnectionEvents, ConnectionSettings } from "./options.js";
import { Problems, type ProblemTimer } from "./problems.js";
import { quote, readChunk } from "./protocol.js";
import { type IncompleteMessage, Reassembly } from "./reassembly.js";
import type { Timers } from "./timers.js";

/** The names of the timers that {@link Inbound} sets. */
export type InboundTimer = "chunks" | ProblemTimer;

/** What {@link Inbound} reports to. */
export interface InboundEvents extends Pick<ConnectionEvents, "send" | "onDelivery"> {
  readonly skipFrame: NonNullable<ConnectionEvents["skipFrame"]>;
  readonly onGap: NonNullable<ConnectionEvents["onGap"]>;
}

/**
 * From frames to deliveries, whole or reassembled, with a warning or a gap for each frame that cannot be used. It
 * outlives a connection: the parts of a message may come over two.
 */
export class Inbound {
  /** When the last event was received, epoch milliseconds. */
  lastEventAt: number | undefined;
  readonly skipFrame: InboundEvents["skipFrame"];
  readonly #events: InboundEvents;
  readonly #timers: Pick<Timers<InboundTimer>, "set" | "clear" | "has">;
  readonly #reassembly: Reassembly;
  readonly #problems: Problems;
  #stopped = false;

  /** @param readingMs monotonic time without the pauses: parts that wait in the network are not late */
  constructor(
    { clock, chunks }: ConnectionSettings,
    timers: Pick<Timers<InboundTimer>, "set" | "clear" | "has">,
    readingMs: () => number,
    events: InboundEvents,
  ) {
    this.skipFrame = events.skipFrame;
    this.#events = events;
    this.#timers = timers;
    const times = { now: () => clock.now(), monotonic: readingMs };
    this.#reassembly = new Reassembly(times, chunks, (message) => this.#onIncomplete(message));
    this.#problems = new Problems(clock, timers, events);
  }

  /** Since when parts of a large message, or a merged gap, have been waiting, epoch milliseconds. */
  get unfinishedSince(): number | undefined {
    return least(this.#reassembly.unfinishedSince, this.#problems.gapSince);
  }

  /** An event was skipped by the frame filter. */
  onSkipped(receivedAt: number): void {
    this.lastEventAt = receivedAt;
  }

  onDelivery(delivery: Delivery): void {
    this.lastEventAt = delivery.receivedAt;
    this.#events.onDelivery(delivery);
  }

  /** @param data that of a chunk frame; `text` is the whole frame */
  onChunk(data: unknown, text: string, receivedAt: number): void {
    const chunk = readChunk(data);
    if (chunk === undefined) {
      this.onUnreadable(`A part of a large message is not in the form of one: ${quote(text)}`, receivedAt);
      return;
    }
    const body = this.#reassembly.add(chunk);
    if (body !== undefined) this.onDelivery({ source: "websocket", body, receivedAt });
    if (!this.#timers.has("chunks")) this.#watchChunks();
  }

  /** A frame may have held an event and cannot be read: the log is searched for it. */
  onUnreadable(message: string, receivedAt: number): void {
    this.warn(message);
    this.#problems.gap(receivedAt, message);
  }

  warn(message: string, code: ErrorCode = "ERR_FRAME"): void {
    this.#problems.warn(new EarshotError(code, message));
  }

  /** Gives up incomplete messages and reports what is held back. Later frames are still delivered. */
  stop(): void {
    this.#stopped = true;
    this.#reassembly.clear();
    this.#problems.stop();
  }

  #watchChunks(): void {
    const { dueInMs } = this.#reassembly;
    if (dueInMs === undefined || this.#stopped) return;
    this.#timers.set("chunks", dueInMs, () => {
      this.#reassembly.expire();
      this.#watchChunks();
    });
  }

  #onIncomplete({ id, firstAt, parts, total, why }: IncompleteMessage): void {
    const of = total === undefined ? "" : ` of ${total}`;
    const message = `A large message was given up (${why}): ${parts}${of} parts came; its id is ${quote(id)}`;
    if (why !== "stopped") this.warn(message, "ERR_CHUNKS");
    this.#problems.gap(firstAt, message);
  }
}
