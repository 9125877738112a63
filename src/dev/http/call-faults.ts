import { commonProblem, FaultQueue } from "../fault-queue.js";

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

/** The faults that wait for calls. */
export class CallFaults extends FaultQueue<CallFault> {
  constructor() {
    super("calls", problemOf);
  }

  /** The fault of this call; each takes one of its times. */
  take(method: string, path: string): CallFault | undefined {
    return this.takeWhere(
      (fault) =>
        path.startsWith(fault.path) && (fault.method === undefined || fault.method.toUpperCase() === method),
    );
  }
}

function problemOf(fault: CallFault): string | undefined {
  const unknown = Object.keys(fault).find((name) => !members.has(name));
  if (unknown !== undefined) return `it has no \`${unknown}\`; it has ${[...members].join(", ")}`;
  const { path, method, status, delayMs, drop } = fault;
  if (typeof path !== "string" || !path.startsWith("/")) return "`path` begins with a slash";
  if (method !== undefined && typeof method !== "string") return "`method` is a string such as GET";
  if (drop !== undefined && typeof drop !== "boolean") return "`drop` is true or false";
  const problem = commonProblem(fault);
  if (problem !== undefined) return problem;
  if (status === undefined && delayMs === undefined && drop !== true) {
    return "it says neither `status` nor `delayMs` nor `drop`";
  }
  return undefined;
}
