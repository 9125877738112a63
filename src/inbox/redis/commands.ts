import type { ScriptName } from "./scripts.js";

/** Scripts, once they are defined: ioredis sends each whole the first time on a connection, then by its digest. */
type Scripted = Readonly<
  Record<ScriptName, (base: string, queue: string, ...args: readonly string[]) => Promise<unknown>>
>;

/** Commands sent as one; ioredis answers each with its error or its result. */
export interface Batch extends Scripted {
  hgetall(key: string): unknown;
  hmget(key: string, ...fields: readonly string[]): unknown;
  exists(key: string): unknown;
  exec(): Promise<readonly (readonly [Error | null, unknown])[] | null>;
}

/** What we use of ioredis, beside what BullMQ does with it. */
export interface Commands extends Scripted {
  readonly status: string;
  defineCommand(name: string, script: { readonly lua: string; readonly numberOfKeys: number }): void;
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
  on(event: "close" | "ready", listener: () => void): unknown;
  disconnect(reconnect?: boolean): void;
}
