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
  on(event: "close" | "ready", listener: () => void): unknown;
  disconnect(reconnect?: boolean): void;
}
