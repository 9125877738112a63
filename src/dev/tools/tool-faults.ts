import { z } from "zod";
import { EarshotError } from "../../base/errors.js";

/** What is to go wrong with the next runs of a tool. */
export interface ToolFault {
  /** A tool's name or an app's slug, in any case. Default: any tool. */
  readonly tool?: string | undefined;
  /** How many runs; default 1. */
  readonly times?: number | undefined;
  /** The tool fails with this text: the call succeeds, its result does not. */
  readonly error?: string | undefined;
  /** The call is answered with this HTTP status instead: 429, 500, … */
  readonly status?: number | undefined;
  /** Sent as `Retry-After` with `status`: seconds, or an HTTP date. */
  readonly retryAfter?: number | string | undefined;
  /** The answer comes this much later, milliseconds. */
  readonly delayMs?: number | undefined;
  /** The answer never comes; the connection stays open. */
  readonly hang?: boolean | undefined;
  /** The connection is closed without an answer. */
  readonly drop?: boolean | undefined;
  /** The result is made this many bytes larger. */
  readonly resultBytes?: number | undefined;
  /** Whether the tool takes effect before the rest goes wrong: only the answer is lost. Default false. */
  readonly afterEffect?: boolean | undefined;
}

/** More than this means that they were never cleared. */
const MOST_FAULTS = 1_000;
const MOST_RESULT_BYTES = 100 * 1024 * 1024;

const shape = z
  .strictObject({
    tool: z.string().min(1).max(300).optional(),
    times: z.int().min(1).max(1_000_000).optional(),
    error: z.string().max(100_000).optional(),
    status: z.int().min(400).max(599).optional(),
    retryAfter: z
      .union([z.int().min(0).max(1_000_000_000), z.string().regex(/^[\x20-\x7e]{1,100}$/)])
      .optional(),
    delayMs: z.int().min(0).max(3_600_000).optional(),
    hang: z.boolean().optional(),
    drop: z.boolean().optional(),
    resultBytes: z.int().min(1).max(MOST_RESULT_BYTES).optional(),
    afterEffect: z.boolean().optional(),
  } satisfies Record<keyof ToolFault, z.ZodType>)
  .refine(
    ({ error, status, delayMs, hang, drop, resultBytes }) =>
      [error, status, delayMs, resultBytes].some((one) => one !== undefined) ||
      hang === true ||
      drop === true,
    "it says none of error, status, delayMs, hang, drop and resultBytes",
  );

/** The faults that wait for their runs, first come, first served. */
export class ToolFaults {
  #waiting: { readonly fault: ToolFault; left: number }[] = [];

  /**
   * @returns a function that removes the fault
   * @throws EarshotError ERR_OPTION for one that makes no sense
   */
  add(fault: ToolFault): () => void {
    const checked = shape.safeParse(fault);
    const problem = !checked.success
      ? checked.error.issues.map(({ path, message }) => [...path, message].join(": ")).join("; ")
      : this.#waiting.length >= MOST_FAULTS
        ? `there are ${MOST_FAULTS} waiting already`
        : undefined;
    if (problem !== undefined) throw new EarshotError("ERR_OPTION", `A fault for tools: ${problem}.`);
    const entry = { fault: { ...fault }, left: fault.times ?? 1 };
    this.#waiting.push(entry);
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== entry);
    };
  }

  /** The fault of this run; each takes one of its times. */
  take(tool: string, appName: string): ToolFault | undefined {
    const entry = this.#waiting.find(({ fault }) => {
      const wanted = fault.tool?.toLowerCase();
      return wanted === undefined || wanted === tool.toLowerCase() || wanted === appName;
    });
    if (entry === undefined) return undefined;
    entry.left -= 1;
    if (entry.left <= 0) this.#waiting = this.#waiting.filter((other) => other !== entry);
    return entry.fault;
  }

  /** Those that still wait, with how many times are left. */
  current(): readonly ToolFault[] {
    return this.#waiting.map(({ fault, left }) => ({ ...fault, times: left }));
  }

  clear(): void {
    this.#waiting = [];
  }
}
