import { EarshotError } from "../../base/errors.js";

/** What is to go wrong with the next calls to a path. */
export interface CallFault {
  /** The calls whose path begins with this: `/api/v3.1/triggers_types`; `/app` for realtime connections. */
  readonly path: string;
  /** Default: any method. */
  readonly method?: string | undefined;
  /** How many calls; default 1. */
  readonly times?: number | undefined;
  /** Answer with this status instead, with the error body of the path's generation. */
  readonly status?: number | undefined;
  /** Send this as the `Retry-After` of the answer: seconds, or an HTTP date. */
  readonly retryAfter?: number | string | undefined;
  /** Answer this much later, milliseconds. */
  readonly delayMs?: number | undefined;
  /** Close the connection without an answer. */
  readonly drop?: boolean | undefined;
}

const members = new Set(["path", "method", "times", "status", "retryAfter", "delayMs", "drop"]);
/** More than this means that they were never cleared. */
const MOST_FAULTS = 1_000;

/** The faults that wait for their calls, first come, first served. */
export class CallFaults {
  #waiting: { readonly fault: CallFault; left: number }[] = [];

  /**
   * @returns a function that removes the fault
   * @throws EarshotError ERR_OPTION for one that makes no sense
   */
  add(fault: CallFault): () => void {
    const problem =
      this.#waiting.length < MOST_FAULTS ? problemOf(fault) : `there are ${MOST_FAULTS} waiting already`;
    if (problem !== undefined) throw new EarshotError("ERR_OPTION", `A fault for calls: ${problem}.`);
    const entry = { fault: { ...fault }, left: fault.times ?? 1 };
    this.#waiting.push(entry);
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== entry);
    };
  }

  /** The fault of this call; each takes one of its times. */
  take(method: string, path: string): CallFault | undefined {
    const entry = this.#waiting.find(
      ({ fault }) =>
        path.startsWith(fault.path) && (fault.method === undefined || fault.method.toUpperCase() === method),
    );
    if (entry === undefined) return undefined;
    entry.left -= 1;
    if (entry.left <= 0) this.#waiting = this.#waiting.filter((other) => other !== entry);
    return entry.fault;
  }

  /** Those that still wait, with how many times are left. */
  current(): readonly CallFault[] {
    return this.#waiting.map(({ fault, left }) => ({ ...fault, times: left }));
  }

  clear(): void {
    this.#waiting = [];
  }
}

function problemOf(fault: CallFault): string | undefined {
  const unknown = Object.keys(fault).find((name) => !members.has(name));
  if (unknown !== undefined) return `it has no \`${unknown}\`; it has ${[...members].join(", ")}`;
  const { path, method, times, status, retryAfter, delayMs, drop } = fault;
  const whole = (value: unknown, from: number, to: number) =>
    value === undefined || (Number.isInteger(value) && Number(value) >= from && Number(value) <= to);
  if (typeof path !== "string" || !path.startsWith("/")) return "`path` begins with a slash";
  if (method !== undefined && typeof method !== "string") return "`method` is a text such as GET";
  if (!whole(times, 1, 1_000_000)) return "`times` is a whole number of 1 or more";
  if (!whole(status, 400, 599)) return "`status` is an HTTP status from 400 to 599";
  if (!whole(delayMs, 0, 3_600_000)) return "`delayMs` is a whole number of milliseconds, an hour at most";
  if (drop !== undefined && typeof drop !== "boolean") return "`drop` is true or false";
  const header = typeof retryAfter === "string" && /^[\x20-\x7e]{1,100}$/.test(retryAfter);
  if (retryAfter !== undefined && !header && !whole(retryAfter, 0, 1_000_000_000)) {
    return "`retryAfter` is a number of seconds, or a date as text";
  }
  if (status === undefined && delayMs === undefined && drop !== true) {
    return "it says neither `status` nor `delayMs` nor `drop`";
  }
  return undefined;
}
