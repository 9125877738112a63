import type { ScriptName, ScriptStore } from "./scripts.js";

/** Scripts, once they are defined: ioredis sends each whole the first time on a connection, then by its digest. */
type Scripted = Readonly<
  Record<ScriptName, (base: string, queue: string, ...args: readonly string[]) => Promise<unknown>>
>;

/** Commands sent as one; ioredis answers each with its error or its result. */
export interface Batch extends Scripted {
  hgetall(key: string): unknown;
  hmget(key: string, ...fields: readonly string[]): unknown;
  hget(key: string, field: string): unknown;
  hstrlen(key: string, field: string): unknown;
  zscore(key: string, member: string): unknown;
  get(key: string): unknown;
  pttl(key: string): unknown;
  exec(): Promise<readonly (readonly [Error | null, unknown])[] | null>;
}

/** What we use of ioredis, beside what BullMQ does with it. */
export interface Commands extends Scripted, ScriptStore {
  readonly status: string;
  multi(): Batch;
  pipeline(): Batch;
  zrevrangebyscore(
    key: string,
    max: string,
    min: string,
    ...rest: readonly (string | number)[]
  ): Promise<string[]>;
  zrange(key: string, from: number, to: number, withScores?: "WITHSCORES"): Promise<string[]>;
  zrangebyscore(
    key: string,
    min: string,
    max: string,
    ...rest: readonly (string | number)[]
  ): Promise<string[]>;
  zadd(key: string, score: number, member: string): Promise<number>;
  zcard(key: string): Promise<number>;
  get(key: string): Promise<string | null>;
  zscore(key: string, member: string): Promise<string | null>;
  zrem(key: string, ...members: readonly string[]): Promise<number>;
  hget(key: string, field: string): Promise<string | null>;
  hset(key: string, field: string, value: string): Promise<number>;
  config(get: "GET", name: string): Promise<string[]>;
  ping(): Promise<string>;
  info(section: string): Promise<string>;
  on(event: "close" | "ready", listener: () => void): unknown;
  disconnect(reconnect?: boolean): void;
}
