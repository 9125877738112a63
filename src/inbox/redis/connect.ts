import type { ConnectionOptions, Job, Queue, RedisConnection, Worker } from "bullmq";
import type { Cluster, ClusterOptions, Redis, RedisOptions } from "ioredis";
import { type Clock, sleep } from "../../base/clock.js";
import { EarshotError } from "../../base/errors.js";
import type { InboxContext } from "../contract.js";
import { QUEUE } from "./keys.js";
import { answerInTime, toInboxError } from "./redis-errors.js";
import { allowWithoutMemory, type Commands } from "./scripts.js";

/** The options of {@link redisInbox}, complete. */
export interface RedisSettings {
  readonly connection: string | RedisOptions | Redis | Cluster;
  readonly prefix: string;
}

type BullMq = typeof import("bullmq");

/** BullMQ, connected. */
export interface Connected {
  readonly Job: typeof Job;
  /** Puts in: fails at once while Redis is away. */
  readonly queue: Queue;
  /** Takes out: waits while Redis is away. */
  readonly worker: Worker;
  /** The queue's connection, for commands of ours. */
  readonly commands: Commands;
  /** Makes every connection anew; what is unanswered on the queue's fails. */
  reconnect(): void;
  disconnect(): Promise<void>;
}

/** How long the first connection may take, milliseconds. */
const CONNECT_MS = 10_000;
const LONGEST_RECONNECT_PAUSE_MS = 1000;
/** A blocked command is silent for seconds: a limit would leave records unclaimed that Redis has handed out. */
const WAITS = { commandTimeout: undefined, socketTimeout: undefined, blockingTimeout: undefined };
/** Numbers in answers are read as numbers. */
const READS = { stringNumbers: false };
/** BullMQ tells of every step in a stream that we do not read. */
const STREAM_LENGTH = 100;

/** @throws EarshotError ERR_PEER_MISSING, ERR_INBOX_UNAVAILABLE; nothing stays connected then */
export async function connectRedis(settings: RedisSettings, context: InboxContext): Promise<Connected> {
  const { Job, Queue, RedisConnection, Worker } = await loadBullMq();
  const { clock, leaseMs } = context;
  const { prefix } = settings;
  let isOver = false;
  const retryStrategy = (times: number) =>
    isOver ? null : Math.min(50 * 2 ** Math.min(times, 10), LONGEST_RECONNECT_PAUSE_MS);
  const own: Cluster[] = [];
  const connection = (options: RedisOptions): ConnectionOptions => {
    const { connection: given } = settings;
    const ours = { ...options, ...READS };
    if (!isCluster(given)) return { ...connectionOptions(given), ...ours, retryStrategy };
    const cluster = given.duplicate([], clusterOptions(given, ours, retryStrategy));
    own.push(cluster);
    return cluster as unknown as ConnectionOptions;
  };
  const Connection = closable(RedisConnection);
  const queue = new Queue(
    QUEUE,
    {
      // Nothing waits in this process to be stored: what cannot be stored now is not acknowledged.
      connection: connection({
        enableOfflineQueue: false,
        autoResendUnfulfilledCommands: false,
        maxRetriesPerRequest: 0,
      }),
      prefix,
      streams: { events: { maxLen: STREAM_LENGTH } },
    },
    Connection,
  );
  let worker: Worker | undefined;
  try {
    const commands = await answerInTime(
      clock,
      Promise.race([queue.waitUntilReady(), firstError(queue)]),
      CONNECT_MS,
    );
    worker = new Worker(
      QUEUE,
      null,
      {
        connection: connection({ maxRetriesPerRequest: null, ...WAITS }),
        prefix,
        autorun: false,
        lockDuration: leaseMs,
        stalledInterval: Math.max(50, Math.min(5000, leaseMs / 2)),
        // How often a record may be tried is the listener's to say.
        maxStalledCount: 1_000_000_000,
      },
      Connection,
    );
    const blockingWorker = worker;
    // Until another listener is added for them.
    blockingWorker.on("error", () => undefined);
    const blocking = await answerInTime(clock, blockingWorker.waitUntilReady(), CONNECT_MS);
    const clients = [commands, await blockingWorker.client, blocking] as unknown as readonly Client[];
    allowWithoutMemory(clients, queue.redisVersion);
    return {
      Job,
      queue,
      worker: blockingWorker,
      commands: commands as unknown as Commands,
      reconnect() {
        for (const client of clients) if (client.status === "ready") client.disconnect(true);
      },
      async disconnect() {
        isOver = true;
        await Promise.all(clients.map((client) => settled(client, clock)));
        // With force: else the worker waits for the answer to a command that blocks for seconds.
        await answerInTime(clock, blockingWorker.close(true)).catch(() => undefined);
        await answerInTime(clock, queue.close()).catch(() => commands.disconnect());
        for (const cluster of own) cluster.disconnect();
      },
    };
  } catch (error) {
    isOver = true;
    queue.on("error", () => undefined);
    await queue.close().catch(() => undefined);
    for (const cluster of own) cluster.disconnect();
    // Its blocking connection ends by itself, now that it is not made anew.
    worker?.waitUntilReady().then(
      () => worker?.close(true),
      () => undefined,
    );
    throw toInboxError(error);
  }
}

/**
 * A connection of BullMQ that can be closed while it is still being made: BullMQ's own takes the listeners off
 * first, and what fails then reaches no listener but the process.
 */
function closable(Connection: typeof RedisConnection): typeof RedisConnection {
  return class extends Connection {
    override async close(force = false): Promise<void> {
      if (this.status === "initializing") {
        this._client.disconnect();
        await this.client.catch(() => undefined);
      }
      await super.close(force);
    }
  };
}

interface Client extends Pick<Commands, "defineCommand" | "scriptsSet"> {
  readonly status: string;
  disconnect(reconnect: boolean): void;
  once(event: "connecting" | "end", fn: () => void): unknown;
  off(event: "connecting" | "end", fn: () => void): unknown;
}

/** Between two tries a client of ioredis cannot be disconnected: what waits in it would wait for ever. */
async function settled(client: Client, clock: Clock): Promise<void> {
  if (client.status !== "reconnecting" && client.status !== "close") return;
  let onMove: () => void = () => undefined;
  const moved = new Promise<void>((resolve) => {
    onMove = resolve;
    client.once("connecting", onMove);
    client.once("end", onMove);
  });
  const over = new AbortController();
  await Promise.race([
    moved,
    sleep(clock, 2 * LONGEST_RECONNECT_PAUSE_MS, over.signal).catch(() => undefined),
  ]);
  over.abort();
  client.off("connecting", onMove);
  client.off("end", onMove);
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

/** A client has its options; those of its life, and of the offline queue, are ours to set. */
function connectionOptions(connection: string | RedisOptions | Redis): RedisOptions {
  if (typeof connection === "string") return { url: connection } as RedisOptions;
  const isClient = "options" in connection && typeof connection.options === "object";
  return isClient ? (connection as Redis).options : (connection as RedisOptions);
}

export function isCluster(connection: RedisSettings["connection"]): connection is Cluster {
  return typeof connection === "object" && "isCluster" in connection && connection.isCluster === true;
}

function clusterOptions(
  { options: given }: Cluster,
  options: RedisOptions,
  clusterRetryStrategy: (times: number) => number | null,
): ClusterOptions {
  return {
    ...given,
    enableOfflineQueue: options.enableOfflineQueue ?? true,
    redisOptions: { ...given.redisOptions, ...options },
    clusterRetryStrategy,
  };
}
