import { commonProblem, FaultQueue, isWhole } from "../fault-queue.js";

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

const MOST_RESULT_BYTES = 100 * 1024 * 1024;
const MOST_ERROR_LENGTH = 100_000;

const members = new Set<string>([
  "tool",
  "times",
  "error",
  "status",
  "retryAfter",
  "delayMs",
  "hang",
  "drop",
  "resultBytes",
  "afterEffect",
] satisfies (keyof ToolFault)[]);

/** The faults that wait for runs of tools. */
export class ToolFaults extends FaultQueue<ToolFault> {
  constructor() {
    super("tools", problemOf);
  }

  /** The fault of this run; each takes one of its times. */
  take(tool: string, appName: string): ToolFault | undefined {
    return this.takeWhere((fault) => {
      const wanted = fault.tool?.toLowerCase();
      return wanted === undefined || wanted === tool.toLowerCase() || wanted === appName;
    });
  }
}

function problemOf(fault: ToolFault): string | undefined {
  const unknown = Object.keys(fault).find((name) => !members.has(name));
  if (unknown !== undefined) return `it has no \`${unknown}\`; it has ${[...members].join(", ")}`;
  const { tool, error, status, delayMs, hang, drop, resultBytes, afterEffect } = fault;
  if (tool !== undefined && (typeof tool !== "string" || tool === "")) {
    return "`tool` is the name of a tool or an app";
  }
  if (error !== undefined && (typeof error !== "string" || error.length > MOST_ERROR_LENGTH)) {
    return `\`error\` is a string of at most ${MOST_ERROR_LENGTH} characters`;
  }
  for (const [name, flag] of Object.entries({ hang, drop, afterEffect })) {
    if (flag !== undefined && typeof flag !== "boolean") return `\`${name}\` is true or false`;
  }
  if (!isWhole(resultBytes, 1, MOST_RESULT_BYTES)) {
    return `\`resultBytes\` is a whole number from 1 to ${MOST_RESULT_BYTES}`;
  }
  const problem = commonProblem(fault);
  if (problem !== undefined) return problem;
  const isFault = [error, status, delayMs, resultBytes].some((one) => one !== undefined) || hang || drop;
  return isFault ? undefined : "it says none of error, status, delayMs, hang, drop and resultBytes";
}
