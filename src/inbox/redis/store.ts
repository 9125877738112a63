import type { Job, Queue, Worker } from "bullmq";
import type { Redis, RedisOptions } from "ioredis";
import { EarshotError } from "../../errors.js";
import type { InboxContext } from "../contract.js";
import { Keys, QUEUE } from "./keys.js";
import type { StoredEntry } from "./stored.js";
import { ANSWER_MS, answered, toInboxError } from "./trouble.js";

/** The options of {@link redisInbox}, complete. */
export interface RedisSettings {
  readonly connection: string | RedisOptions | Redis;
  readonly prefix: string;
}

export type EventJob = Job<StoredEntry>;

type BullMq = typeof import("bullmq");

/** Commands sent as one; ioredis answers each with its error or its result. */
export interface Batch {
  eval(script: string, keys: number, ...args: readonly string[]): unknown;
  hgetall(key: string): unknown;
  hmget(key: string, ...fields: readonly string[]): unknown;
  exists(key: string): unknown;
  exec(): Promise<readonly (readonly [Error | null, unknown])[] | null>;
}

/** What we use of ioredis, beside what BullMQ does with it. */
export interface Commands {
  readonly status: string;
  eval(script: string, keys: number, ...args: readonly string[]): Promise<unknown>;
  multi(): Batch;
  pipeline(): Batch;
  zrevrangebyscore(
    key: string,
    max: string,
    min: string,
    ...rest: readonly (string | number)[]
  ): Promise<string[]>;
  zrange(key: string, from: number, to: number): Promise<string[]>;
  zscore(key: string, member: string): Promise<string | null>;
  zrem(key: string, ...members: readonly string[]): Promise<number>;
  hget(key: string, field: string): Promise<string | null>;
  hset(key: string, field: string, value: string): Promise<number>;
  config(get: "GET", name: string): Promise<string[]>;
  info(section: string): Promise<string>;
  disconnect(reconnect?: boolean): void;
}

/** How long the first connection may take, milliseconds. */
const CONNECT_MS = 10_000;
const LONGEST_RECONNECT_PAUSE_MS = 1000;
/** BullMQ tells of every step in a stream that we do not read. */
const STREAM_LENGTH = 100;

/** Redis, connected: BullMQ's queue and worker on connections of their own, and the commands of ours. */
export class Store {
  readonly keys: Keys;
  readonly context: InboxContext;
  /** Puts in: fails at once while Redis is away. */
  readonly queue: Queue;
  /** Takes out: waits while Redis is away. */
  readonly worker: Worker;
  readonly #Job: BullMq["Job"];
  readonly #commands: Commands;
  #isAway = false;

  private constructor(
    settings: RedisSettings,
    context: InboxContext,
    {
      Job,
      queue,
      worker,
      commands,
    }: Pick<BullMq, "Job"> & { queue: Queue; worker: Worker; commands: Commands },
  ) {
    this.#Job = Job;
    this.keys = new Keys(settings.prefix);
    this.context = context;
    this.queue = queue;
    this.worker = worker;
    this.#commands = commands;
    const tell = (error: Error) => this.#tell(error);
    queue.on("error", tell);
    worker.on("error", tell);
    const client = commands as unknown as { on(event: string, listener: () => void): void };
    client.on("close", () => this.#tell(new Error("the connection was closed")));
    client.on("ready", () => {
      this.#isAway = false;
    });
  }

  static async open(settings: RedisSettings, context: InboxContext): Promise<Store> {
    const { Job, Queue, Worker } = await loadBullMq();
    const options = connectionOptions(settings.connection);
    const { prefix } = settings;
    const queue = new Queue(QUEUE, {
      connection: {
        ...options,
        // Nothing waits in this process to be stored: what cannot be stored now is not acknowledged.
        enableOfflineQueue: false,
        autoResendUnfulfilledCommands: false,
        maxRetriesPerRequest: 0,
      },
      prefix,
      streams: { events: { maxLen: STREAM_LENGTH } },
    });
    let client: unknown;
    try {
      client = await answered(
        context.clock,
        Promise.race([queue.waitUntilReady(), firstError(queue)]),
        CONNECT_MS,
      );
    } catch (error) {
      queue.on("error", () => undefined);
      await queue.disconnect().catch(() => undefined);
      throw toInboxError(error);
    }
    const worker = new Worker(QUEUE, null, {
      connection: { ...options, maxRetriesPerRequest: null },
      prefix,
      autorun: false,
      lockDuration: context.leaseMs,
      stalledInterval: Math.max(50, Math.min(5000, context.leaseMs / 2)),
      // How often a record may be tried is the listener's to say.
      maxStalledCount: 1_000_000_000,
    });
    const store = new Store(settings, context, { Job, queue, worker, commands: client as Commands });
    await worker.startStalledCheckTimer();
    return store;
  }

  get now(): number {
    return this.context.clock.now();
  }

  /** The commands, while Redis is there. @throws EarshotError ERR_INBOX_UNAVAILABLE at once */
  get commands(): Commands {
    if (this.#commands.status !== "ready" && this.#commands.status !== "connect") {
      throw new EarshotError(
        "ERR_INBOX_UNAVAILABLE",
        "There is no connection to Redis; it is being made anew.",
      );
    }
    return this.#commands;
  }

  /** Puts BullMQ's own add of a job into a transaction of ours. */
  add(batch: Batch, jobId: string, stored: StoredEntry): void {
    const options = { jobId, timestamp: stored.receivedAt };
    const job = new this.#Job(this.queue, stored.triggerName || "event", stored, options, jobId);
    // What becomes of it, the transaction tells.
    void job.addJob(batch as unknown as Parameters<EventJob["addJob"]>[0]);
  }

  /** A connection whose scripts Redis forgot (SCRIPT FLUSH) sends them whole once it is made anew. */
  reconnect(): void {
    this.#commands.disconnect(true);
  }

  run(script: string, args: readonly string[]): Promise<unknown> {
    const { base, queue } = this.keys;
    return this.ask((commands) => commands.eval(script, 2, base, queue, ...args));
  }

  async ask<T>(question: (commands: Commands) => Promise<T>, withinMs = ANSWER_MS): Promise<T> {
    return await answered(this.context.clock, question(this.commands), withinMs);
  }

  async close(): Promise<void> {
    const { clock } = this.context;
    // With force: else the worker waits for the answer to a command that blocks for seconds.
    await answered(clock, this.worker.close(true)).catch(() => undefined);
    await answered(clock, this.queue.close()).catch(() => this.#commands.disconnect());
  }

  /** One outage is told of once, though every connection complains at every attempt. */
  #tell(error: Error): void {
    if (this.#isAway || this.worker.closing !== undefined) return;
    this.#isAway = true;
    this.context.warn(toInboxError(error));
  }
}

function firstError(queue: Queue): Promise<never> {
  return new Promise((_resolve, reject) => queue.once("error", reject));
}

async function loadBullMq(): Promise<BullMq> {
  try {
    return await import("bullmq");
  } catch (cause) {
    throw new EarshotError("ERR_PEER_MISSING", "redisInbox needs the package bullmq: npm install bullmq", {
      cause,
    });
  }
}

function connectionOptions(connection: RedisSettings["connection"]): RedisOptions {
  const common: RedisOptions = {
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 10), LONGEST_RECONNECT_PAUSE_MS),
  };
  if (typeof connection === "string") return { ...common, ...({ url: connection } as RedisOptions) };
  // A client has its options; those of its life, and of the offline queue, are ours to set.
  const isClient = "options" in connection && typeof connection.options === "object";
  return { ...common, ...(isClient ? (connection as Redis).options : (connection as RedisOptions)) };
}
