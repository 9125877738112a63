import type { Interrupt } from "./interrupt.js";
import type { Io } from "./terminal/io.js";

/** What every command is given. */
export interface Context {
  readonly io: Io;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly interrupt: Interrupt;
  /** Aborted when the command is to end: interrupted, or nobody reads what it writes. */
  readonly ending: AbortSignal;
}

/** Where `earshot dev` listens unless it is told otherwise. */
export const LOCAL_PORT = 4747;
export const LOCAL_URL = `http://127.0.0.1:${LOCAL_PORT}`;
