import type { Job, Queue, Worker } from "bullmq";
import { EarshotError } from "../../base/errors.js";
import { messageOf } from "../../base/message-of.js";
import type { InboxContext } from "../contract.js";
import { type Connected, connectRedis, type RedisSettings } from "./connect.js";
import { Keys } from "./keys.js";
import { ANSWER_MS, answerInTime, needsNewConnection, RedisTimeout, toInboxError } from "./redis-errors.js";
import { type CommandBatch, type Commands, defineScripts, type ScriptName } from "./scripts.js";
import type { StoredEntry } from "./stored-record.js";

/** An error reply makes the connections anew at most this often, milliseconds. */
const RECONNECT_MS = 1000;

export type EventJob = Job<StoredEntry>;

/** Watches the server behind the store; see `ServerWatch`. */
interface StoreWatch {
  /** A record with this number was stored. */
  stored(number: number): void;
  /** Checks the server, unless it has just been checked. */
  look(): void;
  reconnected(): Promise<void>;
  /** Makes room in a full server. */
  free(): Promise<void>;
}

/** Redis, connected: BullMQ's queue and worker on connections of their own, and the commands of ours. */
export class RedisStore {
  readonly keys: Keys;
  readonly context: InboxContext;
  /** Puts in: fails at once while Redis is away. */
  readonly queue: Queue;
  /** Takes out: waits while Redis is away. */
  readonly worker: Worker;
  /** Checks the server again when a connection is back, and makes room in it. */
  watch: StoreWatch | undefined;
  readonly #connected: Connected;
  /** Codes of errors that are reported and not over. */
  readonly #reported = new Set<string>();
  /** Why the connection could not be made, as far as that is known. */
  #lastTry = "";
  #isClosing = false;
  #reconnectedAt = Number.NEGATIVE_INFINITY;

  private constructor(prefix: string, context: InboxContext, connected: Connected) {
    const { queue, worker, commands } = connected;
    this.keys = new Keys(prefix);
    this.context = context;
    this.queue = queue;
    this.worker = worker;
    this.#connected = connected;
    defineScripts(commands, queue.redisVersion);
    queue.on("error", (error) => {
      this.#lastTry = ` (${messageOf(error)})`;
      this.report(error);
    });
    worker.on("error", (error) => this.report(error));
    commands.on("close", () => this.report(new Error("the connection was closed")));
    commands.on("ready", () => {
      this.#lastTry = "";
      this.recovered();
      void this.watch?.reconnected();
    });
  }

  /** @throws EarshotError ERR_PEER_MISSING, ERR_INBOX_UNAVAILABLE */
  static async open(settings: RedisSettings, context: InboxContext): Promise<RedisStore> {
    return new RedisStore(settings.prefix, context, await connectRedis(settings, context));
  }

  get now(): number {
    return this.context.clock.now();
  }

  /** The commands, while Redis is there. @throws EarshotError ERR_INBOX_UNAVAILABLE at once */
  get commands(): Commands {
    const { commands } = this.#connected;
    if (commands.status !== "ready") {
      throw new EarshotError(
        "ERR_INBOX_UNAVAILABLE",
        `There is no connection to Redis; it is being made anew${this.#lastTry}.`,
      );
    }
    return commands;
  }

  /** Puts BullMQ's own add of a job into a transaction of ours. */
  add(batch: CommandBatch, jobId: string, stored: StoredEntry, onFault: (error: unknown) => void): void {
    const delay = Math.max(0, Math.ceil((stored.dueAt ?? 0) - this.now));
    // BullMQ counts the delay from the timestamp.
    const timestamp = delay > 0 ? this.now : stored.receivedAt;
    const options = delay > 0 ? { jobId, timestamp, delay } : { jobId, timestamp };
    const job = new this.#connected.Job(this.queue, stored.triggerName || "event", stored, options, jobId);
    try {
      // What becomes of it, the transaction tells.
      job.addJob(batch as unknown as Parameters<EventJob["addJob"]>[0]).catch(() => undefined);
    } catch (error) {
      // It cannot be written as JSON, and is not in the transaction.
      onFault(error);
    }
  }

  /** A job from its hash, as the worker makes it of what it takes. */
  jobFrom(hash: Readonly<Record<string, string>>, jobId: string): EventJob {
    return this.#connected.Job.fromJSON(
      this.worker as unknown as Parameters<typeof Job.fromJSON>[0],
      hash as unknown as Parameters<typeof Job.fromJSON>[1],
      jobId,
    ) as EventJob;
  }

  /** A connection whose scripts Redis forgot (SCRIPT FLUSH) sends them whole once it is made anew. */
  reconnect(): void {
    this.#connected.reconnect();
  }

  /** Where there is no memory, done records make room first; Redis 7 does not need that, Redis 6.2 does. */
  async run(script: ScriptName, args: readonly string[]): Promise<unknown> {
    const { base, queue } = this.keys;
    const ask = () => this.ask((commands) => commands[script](base, queue, ...args));
    try {
      return await ask();
    } catch (error) {
      const isFull = error instanceof EarshotError && error.code === "ERR_INBOX_FULL";
      if (!isFull || this.watch === undefined || script === "earshotFree") throw error;
      await this.watch.free();
      return await ask();
    }
  }

  /** @throws EarshotError ERR_INBOX_UNAVAILABLE, ERR_INBOX_FULL */
  async ask<T>(question: (commands: Commands) => Promise<T>): Promise<T> {
    return await this.answer(question(this.commands));
  }

  /** What Redis answers, if it answers in time. A connection that is silent may have no other end: it is made anew. */
  async answer<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answerInTime(this.context.clock, answer, ANSWER_MS);
    } catch (error) {
      if (error instanceof RedisTimeout && !this.#isClosing) this.reconnect();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#connected.disconnect();
  }

  /** One outage is told of once, though every connection complains at every attempt. */
  report(error: unknown): void {
    const failure = toInboxError(error);
    if (this.#reported.has(failure.code) || this.#isClosing) return;
    this.#reported.add(failure.code);
    this.context.warn(failure);
  }

  /** Redis rejected a write: what can be done about it is begun. The next try may go through. */
  writeFailed(error: EarshotError): void {
    if (error.code === "ERR_INBOX_FULL") {
      this.report(error);
      void this.watch?.free();
    }
    if (!needsNewConnection(error) || this.#isClosing) return;
    const now = this.context.clock.monotonic();
    if (now - this.#reconnectedAt < RECONNECT_MS) return;
    this.#reconnectedAt = now;
    this.reconnect();
  }

  /** Something was stored or claimed: the next error is reported again. */
  recovered(): void {
    this.#reported.clear();
  }
}
