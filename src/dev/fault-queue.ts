import { EarshotError } from "../base/errors.js";

/** More than this means that they were never cleared. */
const MOST_FAULTS = 1_000;

/** Faults that wait for their calls or runs, first come, first served. */
export abstract class FaultQueue<Fault extends { readonly times?: number | undefined }> {
  #waiting: { readonly fault: Fault; left: number }[] = [];
  readonly #noun: string;
  readonly #problemOf: (fault: Fault) => string | undefined;

  constructor(noun: string, problemOf: (fault: Fault) => string | undefined) {
    this.#noun = noun;
    this.#problemOf = problemOf;
  }

  /**
   * @returns a function that removes the fault
   * @throws EarshotError ERR_OPTION for one that makes no sense
   */
  add(fault: Fault): () => void {
    const problem =
      this.#waiting.length < MOST_FAULTS
        ? this.#problemOf(fault)
        : `there are ${MOST_FAULTS} waiting already`;
    if (problem !== undefined) throw new EarshotError("ERR_OPTION", `A fault for ${this.#noun}: ${problem}.`);
    const entry = { fault: { ...fault }, left: fault.times ?? 1 };
    this.#waiting.push(entry);
    return () => this.#remove(entry);
  }

  /** Those that still wait, with how many times are left. */
  current(): readonly Fault[] {
    return this.#waiting.map(({ fault, left }) => ({ ...fault, times: left }));
  }

  clear(): void {
    this.#waiting = [];
  }

  /** The first that applies; each take uses one of its times. */
  protected takeWhere(applies: (fault: Fault) => boolean): Fault | undefined {
    const entry = this.#waiting.find(({ fault }) => applies(fault));
    if (entry === undefined) return undefined;
    entry.left -= 1;
    if (entry.left <= 0) this.#remove(entry);
    return entry.fault;
  }

  #remove(entry: object): void {
    this.#waiting = this.#waiting.filter((other) => other !== entry);
  }
}

/** What is wrong with the members of a fault that calls and tools have in common. */
export function commonProblem(fault: {
  readonly times?: unknown;
  readonly status?: unknown;
  readonly delayMs?: unknown;
  readonly retryAfter?: unknown;
}): string | undefined {
  const { times, status, delayMs, retryAfter } = fault;
  if (!isWhole(times, 1, 1_000_000)) return "`times` is a whole number of 1 or more";
  if (!isWhole(status, 400, 599)) return "`status` is an HTTP status from 400 to 599";
  if (!isWhole(delayMs, 0, 3_600_000)) return "`delayMs` is a whole number of milliseconds, an hour at most";
  const isHeader = typeof retryAfter === "string" && /^[\x20-\x7e]{1,100}$/.test(retryAfter);
  if (isHeader || isWhole(retryAfter, 0, 1_000_000_000)) return undefined;
  return "`retryAfter` is a number of seconds, or a date as text";
}

/** Whether a member is absent, or a whole number between two others. */
export function isWhole(value: unknown, from: number, to: number): boolean {
  return value === undefined || (Number.isInteger(value) && Number(value) >= from && Number(value) <= to);
}
